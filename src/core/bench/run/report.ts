/**
 * What every report has, whatever its suite: who ran what on which machine, and what follows from it. Data alone; how it
 * looks is in view.ts and the renderers.
 */
import type { RunOptions } from '../../../lib/events.ts';
import type { ModelCard } from '../../models/cards/card.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { type CollectionStats, readStats } from '../../qdrant/stats.ts';
import { describeHost, describeServer, type HostFacts, type ServerFacts } from './host.ts';
import type { Gain, JudgedSet } from '../inputs/judged-set.ts';

type CheckStatus = 'passed' | 'warning' | 'failed';

/** One thing that a run was asked to hold. A failed one ends with exit code 9. */
export interface Check {
  /** `ndcg@10 >= 0.8` */
  readonly name: string;
  readonly status: CheckStatus;
  /** A sentence with the figures that decided. */
  readonly message: string;
}

interface InputFacts {
  readonly kind: string;
  readonly source: string;
  readonly sha256: string;
  readonly queries: number;
  readonly judged: number;
  readonly gain: Gain;
}

export interface CollectionFacts {
  readonly name: string;
  readonly points: number;
  readonly vectorBytes: number;
  readonly payloadBytes: number | null;
  readonly segments: number;
  readonly indexedVectors: number;
  readonly quantization: unknown;
  /** Bits of token vectors lie beside each point: late interaction needs no encoding of candidates. */
  readonly keepsTokenVectors: boolean;
  readonly model: ModelFacts | null;
}

/** What tells the card of one model from another's. */
export interface ModelFacts {
  readonly name: string;
  readonly dtype: string;
  readonly dimension: number;
  /** Commit of its repository, and sha256 of its file; null where they are not known. */
  readonly revision: string | null;
  readonly sha256: string | null;
}

export interface ReportHead {
  readonly reportVersion: 1;
  readonly suite: string;
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  readonly host: HostFacts;
  /** Null where none was asked. */
  readonly server: ServerFacts | null;
  readonly seed: number;
  readonly input: InputFacts | null;
  readonly collections: readonly CollectionFacts[];
}

export interface Report extends ReportHead {
  readonly checks: readonly Check[];
  /** What a reader must know before trusting a figure. */
  readonly notes: readonly string[];
  /** Queries without a score, since they failed. */
  readonly failedQueries: number;
}

export interface HeadInput {
  readonly suite: string;
  readonly seed: number;
  readonly set: JudgedSet | null;
  readonly collections: readonly string[];
}

/** Of a suite that asks no server. */
export async function localHead({ suite, seed, set }: Omit<HeadInput, 'collections'>): Promise<ReportHead> {
  return {
    reportVersion: 1,
    suite,
    startedAt: new Date().toISOString(),
    host: await describeHost(),
    server: null,
    seed,
    input: set ? inputFacts(set) : null,
    collections: [],
  };
}

export async function reportHead(connection: Connection, input: HeadInput, run: RunOptions): Promise<ReportHead> {
  const head = await localHead(input);
  const collections: CollectionFacts[] = [];
  for (const collection of input.collections) {
    const stats = await readStats(connection, { collection }, run);
    collections.push(...stats.collections.map(collectionFacts));
  }
  return { ...head, server: await describeServer(connection, run), collections };
}

const inputFacts = ({ kind, source, sha256, queries, gain }: JudgedSet): InputFacts => ({
  kind,
  source,
  sha256,
  queries: queries.length,
  judged: queries.filter(({ judgements }) => judgements !== null).length,
  gain,
});

const collectionFacts = (stats: CollectionStats): CollectionFacts => ({
  name: stats.name,
  points: stats.points,
  vectorBytes: stats.estimate.vectorBytes,
  payloadBytes: stats.reported?.payloadBytes ?? null,
  segments: stats.segments,
  indexedVectors: stats.indexedVectors,
  quantization: stats.quantization,
  keepsTokenVectors: (stats.card?.tokenVectors ?? null) !== null,
  model: stats.card ? modelFacts(stats.card.model) : null,
});

export const modelFacts = ({ name, dtype, dimension, revision, sha256 }: ModelCard): ModelFacts => ({
  name,
  dtype,
  dimension,
  revision,
  sha256,
});

/** What is said of any run on a machine like this. */
export function hostNotes({ host }: Pick<ReportHead, 'host'>): string[] {
  return host.load > host.cores
    ? [`the machine was busy (load ${host.load.toFixed(1)} on ${host.cores} cores): times are not to be trusted`]
    : [];
}
