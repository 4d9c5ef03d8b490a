/**
 * `qdx stats`: figures of the server and of its collections.
 */
import type { RunOptions } from '../../lib/events.ts';
import type { Connection } from './connection/connection.ts';
import { listCollections, missingCollection, publicNames } from './collection/names.ts';
import { type CollectionStats, readCollectionStats } from './stats/collection-stats.ts';
import { readTelemetry, type ServerTelemetry } from './stats/telemetry.ts';
import { countPeers } from './collection/system-collection.ts';

export type { CollectionStats } from './stats/collection-stats.ts';

interface ServerStats {
  readonly url: string;
  readonly version: string;
  /** 1 where it is no cluster. */
  readonly peers: number;
  readonly residentBytes: number | null;
  readonly cores: number | null;
  /** Of the machine. */
  readonly ramBytes: number | null;
  /** Of the disk that it runs from. */
  readonly diskBytes: number | null;
}

export interface Stats {
  readonly server: ServerStats;
  /** By public name. */
  readonly collections: readonly CollectionStats[];
}

export interface StatsInput {
  /** Alias or own name; absent: all. */
  readonly collection?: string;
}

/** @throws QdxError `notFound`, with the nearest names. */
export async function readStats(connection: Connection, input: StatsInput, run: RunOptions = {}): Promise<Stats> {
  const { signal } = run;
  const [all, telemetry, peers, { version }] = await Promise.all([
    listCollections(connection, signal),
    readTelemetry(connection, signal),
    countPeers(connection),
    connection.server(),
  ]);
  const { collection } = input;
  const chosen =
    collection === undefined
      ? all
      : all.filter(({ physical, aliases }) => physical === collection || aliases.includes(collection));
  if (collection !== undefined && chosen.length === 0)
    throw missingCollection(connection.url, collection, publicNames(all));
  const collections: CollectionStats[] = [];
  for (const listed of chosen) {
    const reported = telemetry.collections[listed.physical] ?? null;
    collections.push(await readCollectionStats(connection, { listed, reported, peers, ...(signal && { signal }) }));
  }
  collections.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { server: serverStats(connection.url, version, peers, telemetry), collections };
}

const serverStats = (
  url: string,
  version: string,
  peers: number,
  { residentBytes, cores, ramBytes, diskBytes }: ServerTelemetry,
): ServerStats => ({ url, version, peers, residentBytes, cores, ramBytes, diskBytes });
