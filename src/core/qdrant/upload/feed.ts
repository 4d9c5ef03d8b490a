/**
 * From records to batches on their way: what the intake accepts is put together, and duplicates keep their order.
 */
import type { BatchBuilder } from './batch.ts';
import type { BatchLimits } from './deliver.ts';
import type { AcceptedRecord, Intake } from './intake.ts';
import type { RecordSource } from './record-source.ts';
import type { Sender } from './sender.ts';

export interface FeedInput {
  readonly builder: BatchBuilder;
  readonly intake: Intake;
  readonly sender: Sender;
  readonly limits: BatchLimits;
}

/** Sends all records; afterwards nothing is on its way. */
export async function feed(records: RecordSource, input: FeedInput, signal?: AbortSignal): Promise<void> {
  const { builder, intake, sender, limits } = input;
  // Under `--on-duplicate first`: records whose earlier one has no answer yet. If it is refused, they take its place.
  let waiting: AcceptedRecord[] = [];
  const offer = async (accepted: AcceptedRecord): Promise<void> => {
    const { id } = accepted.record;
    if (accepted.earlier !== 'wins') await addToBatch(accepted, input);
    else if (builder.has(id) || sender.isOnItsWay(id)) waiting.push(accepted);
    else if (intake.stands(id)) intake.leaveOut();
    else await addToBatch(accepted, input);
  };
  const settle = async (): Promise<void> => {
    if (builder.count > 0) await sender.send(builder.finish());
    await sender.drain();
    const settled = waiting;
    waiting = [];
    for (const accepted of settled) await offer(accepted);
  };
  for await (const item of records) {
    signal?.throwIfAborted();
    const accepted = intake.take(item);
    if (accepted) await offer(accepted);
    if (waiting.length >= limits.points) await settle();
  }
  signal?.throwIfAborted();
  do await settle();
  while (waiting.length > 0 || builder.count > 0);
}

async function addToBatch(accepted: AcceptedRecord, { builder, intake, sender, limits }: FeedInput): Promise<void> {
  const { id } = accepted.record;
  // The later of two equal ids must be written later; within one batch their order is enough.
  const afterEarlier = async (): Promise<void> => {
    if (accepted.earlier !== 'none' && sender.isOnItsWay(id)) await sender.drain();
  };
  await afterEarlier();
  if (!intake.encode(builder, accepted)) return;
  if (builder.sizeBytes > limits.bytes && builder.count > 1) {
    builder.dropLast();
    await sender.send(builder.finish());
    await afterEarlier();
    intake.encode(builder, accepted);
  }
  intake.sent(accepted);
  if (builder.count >= limits.points) await sender.send(builder.finish());
}
