/**
 * What the server did not take of a description, seen when everything is set.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunOptions } from '../../../lib/events.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { countPeers } from '../../qdrant/collection/system-collection.ts';
import {
  type CollectionDescription,
  describeCollection,
  descriptionDifferences,
  displayDifference,
} from './collection-description.ts';

const againMs = 250;
const longestMs = 10_000;

/**
 * The differences that stay, one sentence each. A peer of a cluster describes a collection by what any peer tells it, and
 * each takes a setting over when it comes to it: there a difference is looked at again for ten seconds.
 * @param comparable leaves out what may differ.
 */
export async function notTaken(
  connection: Connection,
  physical: string,
  description: CollectionDescription,
  run: RunOptions,
  comparable = (one: CollectionDescription): CollectionDescription => one,
): Promise<readonly string[]> {
  const startedAt = performance.now();
  for (;;) {
    const made = await describeCollection(connection, { physical, aliases: [] }, run);
    const differences = descriptionDifferences(comparable(description), comparable(made)).map(displayDifference);
    const isOver = differences.length === 0 || performance.now() - startedAt > longestMs;
    // A key that may not ask for peers: there is nothing to wait for that it could know of.
    if (isOver || (await countPeers(connection).catch(() => 1)) === 1) return differences;
    await sleep(againMs, undefined, run.signal && { signal: run.signal });
  }
}
