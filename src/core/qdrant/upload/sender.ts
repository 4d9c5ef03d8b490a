/**
 * Sends batches, several at once, and knows what is on its way.
 */
import type { RunOptions } from '../../../lib/events.ts';
import type { PointId } from '../collection/points.ts';
import type { Batch, PointSpan } from './batch.ts';
import { deliver, type DeliveryInput } from './deliver.ts';
import { createWindow } from './window.ts';

export interface SenderInput extends Pick<DeliveryInput, 'connection' | 'physical' | 'limits'>, RunOptions {
  readonly parallel: number;
  readonly onReject: (point: PointSpan, reason: string) => void;
  readonly onConfirmed: (points: number) => void;
}

interface SenderCounts {
  readonly batches: number;
  /** Requests that were sent again. */
  readonly retries: number;
  readonly sentBytes: number;
}

export interface Sender {
  readonly counts: SenderCounts;
  /** Waits for a free place, then sends; failures of earlier batches are thrown here. */
  send(batch: Batch): Promise<void>;
  /** Whether the point is in a batch that was not confirmed yet. */
  isOnItsWay(id: PointId): boolean;
  /** Waits until nothing is on its way. */
  drain(): Promise<void>;
  /** Like drain, where the run failed already: what else fails is of no more interest. */
  settle(): Promise<void>;
}

export function createSender(input: SenderInput): Sender {
  const window = createWindow({ largest: input.parallel });
  const onItsWay = new Map<Promise<void>, Batch>();
  const counts = { batches: 0, retries: 0, sentBytes: 0 };
  let anyAccepted = false;
  let failure: { readonly error: unknown } | null = null;

  const onRetry = (attempt: number, waitMs: number, reason: string): void => {
    counts.retries++;
    window.failed();
    input.onEvent?.({ type: 'trace', message: `retry ${attempt} in ${Math.round(waitMs)} ms: ${reason}` });
  };
  const run = async (batch: Batch): Promise<void> => {
    const startedAt = performance.now();
    const retriesBefore = counts.retries;
    const { accepted, refusal } = await deliver(batch, { ...input, onRetry, isProven: () => anyAccepted });
    // Not one point was ever taken: that is no matter of single points.
    if (refusal && accepted === 0 && !anyAccepted) throw refusal;
    anyAccepted ||= accepted > 0;
    if (counts.retries === retriesBefore) window.succeeded(performance.now() - startedAt);
    input.onConfirmed(accepted);
  };
  const throwFailure = (): void => {
    if (failure) throw failure.error;
  };
  return {
    counts,
    async send(batch) {
      window.yieldToMemory();
      while (onItsWay.size >= window.size) {
        await Promise.race(onItsWay.keys());
        throwFailure();
      }
      throwFailure();
      counts.batches++;
      counts.sentBytes += batch.body.length;
      const delivery: Promise<void> = run(batch)
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => onItsWay.delete(delivery));
      onItsWay.set(delivery, batch);
    },
    isOnItsWay: (id) => [...onItsWay.values()].some(({ points }) => points.some((point) => point.id === id)),
    async drain() {
      await Promise.all(onItsWay.keys());
      throwFailure();
    },
    async settle() {
      await Promise.all(onItsWay.keys());
    },
  };
}
