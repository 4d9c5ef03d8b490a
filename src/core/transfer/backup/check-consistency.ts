/**
 * Was anything written while the collection was read? Every range is read a second time and compared by count and hash.
 *
 * All first reads end before the first second read begins. Where both agree in every range, the backup is the collection as
 * it was at a moment between the two, whatever was written before and after.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { mapOrdered } from '../../../lib/ordered-map.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { listCollections } from '../../qdrant/collection/names.ts';
import type { Journal } from '../backup-folder/journal.ts';
import type { Consistency } from '../backup-folder/manifest.ts';
import {
  type CollectionDescription,
  describeCollection,
  descriptionDifferences,
  displayDifference,
} from '../collection/collection-description.ts';
import { countIn } from '../points/ranges.ts';
import { createPageSize, digestRange } from '../points/scan-range.ts';
import type { CollectionProgress } from './progress-state.ts';
import type { ShardRun } from './shard-run.ts';

export interface ConsistencyInput {
  readonly progress: CollectionProgress;
  readonly description: CollectionDescription;
  readonly points: number;
  readonly filter?: unknown;
  readonly journal: Journal;
  readonly secondScan: boolean;
  readonly strict: boolean;
  readonly parallel: number;
  /** Of several machines; null: it is the whole. */
  readonly shardRun: ShardRun | null;
}

const empty = { points: 0, pointsHash: '0'.repeat(64) };

/** @throws QdxError `verification` under `--strict` where something changed. */
export async function checkConsistency(
  connection: Connection,
  input: ConsistencyInput,
  run: RunOptions,
): Promise<Consistency> {
  const changes = [
    ...(input.secondScan ? await changedRanges(connection, input, run) : await changedCount(connection, input, run)),
    ...(await changedDescription(connection, input, run)),
  ];
  if (changes.length === 0) return input.secondScan ? 'scroll' : 'scroll-unchecked';
  const { name } = input.progress;
  const what = changes.join('; ');
  if (input.strict)
    throw new QdxError('verification', `${name} was changed while it was read: ${what}`, {
      hint: input.shardRun
        ? 'begin a run of another name, in new folders, when nobody writes'
        : 'run the same command again when nobody writes; what changed is read again, the rest is kept',
      details: { collection: name, changes },
    });
  run.onEvent?.({ type: 'warning', message: `${name} was changed while it was read: ${what}` });
  return 'scroll-while-writing';
}

async function changedCount(
  connection: Connection,
  { progress, description, points, filter, shardRun }: ConsistencyInput,
  run: RunOptions,
): Promise<string[]> {
  let after = 0;
  for (const key of description.shardKeys.length > 0 ? description.shardKeys : [null])
    after += await countIn(connection, { physical: progress.name, filter }, key, run);
  const { countBefore } = progress;
  if (shardRun) return countBefore === after ? [] : [`${countBefore} points before, ${after} after`];
  const isSame = countBefore === points && points === after;
  return isSame ? [] : [`${countBefore} points before, ${points} read, ${after} after`];
}

async function changedRanges(
  connection: Connection,
  { progress, filter, journal, parallel, shardRun }: ConsistencyInput,
  run: RunOptions,
): Promise<string[]> {
  const { name, ranges, done } = progress;
  const pageSize = createPageSize();
  let read = 0;
  const changed: number[] = [];
  const total = [...done.values()].reduce((sum, part) => sum + (part?.points ?? 0), 0);
  run.onEvent?.({ type: 'phase', name: 'comparing', detail: name });
  const compare = async (number: number): Promise<void> => {
    const range = ranges[number];
    if (!range) return;
    const onPage = (points: number) => {
      run.signal?.throwIfAborted();
      read += points;
      run.onEvent?.({ type: 'progress', stage: 'comparing', done: read, total, unit: 'points' });
    };
    const now = await digestRange(connection, { physical: name, range, filter, pageSize }, { ...run, onPage });
    const then = done.get(number) ?? empty;
    if (now.points === then.points && now.pointsHash === then.pointsHash) return;
    changed.push(number);
    // What a shard would read again, it would read after others have compared.
    if (!shardRun) await journal.append({ type: 'stale', collection: name, range: number });
  };
  for await (const _ of mapOrdered(numbers(ranges.length), compare, { inFlight: parallel }));
  return changed.length === 0 ? [] : [`${changed.length} of ${ranges.length} parts differ on second reading`];
}

async function* numbers(count: number): AsyncGenerator<number, void, undefined> {
  for (let number = 0; number < count; number++) yield number;
}

/** What became of a collection since it was described, as ends of a sentence. */
export async function changedDescription(
  connection: Connection,
  { description }: Pick<ConsistencyInput, 'description'>,
  run: RunOptions,
): Promise<string[]> {
  const listed = (await listCollections(connection, run.signal)).find(({ physical }) => physical === description.name);
  if (!listed) return ['it was deleted'];
  const now = await describeCollection(connection, listed, run);
  const aliases = now.aliases.join() === description.aliases.join() ? [] : ['its aliases'];
  return [...descriptionDifferences(description, now).map(displayDifference), ...aliases];
}
