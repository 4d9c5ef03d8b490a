/**
 * What a collection holds, as far as embedding it again asks: vectors, card, and where its payloads have text. Reads only.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { cardOf } from '../../qdrant/collection/card-store.ts';
import type { CollectionCard } from '../../qdrant/collection/collection-card.ts';
import { type CollectionInfo, denseVectors, readCollectionInfo } from '../../qdrant/collection/collection-info.ts';
import type { ListedCollection } from '../../qdrant/collection/names.ts';
import { countPoints } from '../../qdrant/collection/points.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { type CollectionDescription, describeCollection } from '../collection/collection-description.ts';
import { samplePoints } from '../points/sample-points.ts';

export interface SourceVector {
  /** Empty for the unnamed one. */
  readonly name: string;
  readonly kind: 'dense' | 'multi' | 'sparse';
  /** Null for sparse ones. */
  readonly size: number | null;
  readonly distance: string | null;
}

export interface PayloadKeyFacts {
  readonly key: string;
  /** Sampled points that have it. */
  readonly points: number;
  /** Of these, with text that is not blank. */
  readonly texts: number;
  /** Characters of such a text, on average. */
  readonly averageChars: number;
}

export interface SourceProbe {
  readonly physical: string;
  readonly aliases: readonly string[];
  /** Exact. */
  readonly points: number;
  readonly vectors: readonly SourceVector[];
  /** Null: made by something else than qdx. */
  readonly card: CollectionCard | null;
  /** Of a random sample, those with text first. */
  readonly payloadKeys: readonly PayloadKeyFacts[];
  readonly sampledPoints: number;
  readonly description: CollectionDescription;
}

const sampleSize = 256;

export async function probeSource(
  connection: Connection,
  listed: ListedCollection,
  run: RunOptions = {},
): Promise<SourceProbe> {
  const { physical, aliases } = listed;
  const info = await readCollectionInfo(connection, physical, run.signal);
  const points = await countPoints(connection, physical, run);
  const sampled = points === 0 ? [] : await samplePayloads(connection, physical, run);
  return {
    physical,
    aliases,
    points,
    vectors: vectorsOf(info),
    card: await cardOf(connection, physical, info),
    payloadKeys: keyFacts(sampled),
    sampledPoints: sampled.length,
    description: await describeCollection(connection, listed, run),
  };
}

function vectorsOf(info: CollectionInfo): SourceVector[] {
  const dense = Object.entries(denseVectors(info)).map(([name, { size, distance, multivector_config }]) => ({
    name,
    kind: multivector_config ? ('multi' as const) : ('dense' as const),
    size,
    distance,
  }));
  const sparse = Object.keys(info.config.params.sparse_vectors ?? {}).map((name) => ({
    name,
    kind: 'sparse' as const,
    size: null,
    distance: null,
  }));
  return [...dense, ...sparse];
}

type Payload = Readonly<Record<string, unknown>>;

async function samplePayloads(connection: Connection, physical: string, run: RunOptions): Promise<Payload[]> {
  const sample = { limit: sampleSize, with_payload: true, with_vector: false };
  const points = await samplePoints<{ payload?: Payload | null }>(connection, physical, sample, run);
  return points.map(({ payload }) => payload ?? {});
}

function keyFacts(payloads: readonly Payload[]): PayloadKeyFacts[] {
  const facts = new Map<string, { points: number; texts: number; chars: number }>();
  for (const payload of payloads)
    for (const [key, value] of Object.entries(payload)) {
      const fact = facts.get(key) ?? { points: 0, texts: 0, chars: 0 };
      fact.points++;
      if (typeof value === 'string' && value.trim() !== '') {
        fact.texts++;
        fact.chars += value.length;
      }
      facts.set(key, fact);
    }
  return [...facts]
    .map(([key, { points, texts, chars }]) => ({
      key,
      points,
      texts,
      averageChars: texts === 0 ? 0 : Math.round(chars / texts),
    }))
    .toSorted((a, b) => b.averageChars * b.texts - a.averageChars * a.texts || (a.key < b.key ? -1 : 1));
}
