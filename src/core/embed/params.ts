/**
 * What `embedCorpus` takes and gives.
 */
import type { Settings } from '../config/schema.ts';
import type { ReaderOptions } from '../corpus/readers/reader.ts';
import type { CorpusRoot } from '../corpus/roots.ts';
import type { CorpusSummary } from '../corpus/read-corpus.ts';
import type { TypedSettings } from '../qdrant/collection/typed-settings.ts';
import type { EndpointParams } from '../models/endpoint/endpoint-params.ts';
import type { CostEstimate } from '../models/endpoint/estimate.ts';
import type { Bill } from '../models/endpoint/meter.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import type { Shard } from '../vectors/shard.ts';
import type { RejectedChunk } from './rejected-chunks.ts';

/** Where the vectors, or the chunks to be embedded elsewhere, go. */
export type EmbedDestination =
  | { readonly kind: 'collection'; readonly name: string; readonly connect: () => Promise<Connection> }
  | { readonly kind: 'vectors'; readonly path: string }
  | { readonly kind: 'chunks'; readonly path: string };

export interface EmbedParams {
  readonly roots: readonly CorpusRoot[];
  readonly destination: EmbedDestination;
  /** With the collection's entry and preset applied. */
  readonly settings: Settings;
  /** Settings of a new collection that were typed as flags. */
  readonly typed?: TypedSettings;
  readonly description: string;
  /** See ReadCorpusParams: of the other files nothing is read, written or removed. */
  readonly only?: ReadonlySet<string>;
  readonly readers: ReaderOptions;
  readonly shard: Shard;
  /** Shards of one run share it; absent: made from the input for a file, at random for a collection. */
  readonly runId?: string;
  /** Remove points of files that are gone. */
  readonly prune: boolean;
  /** Remove points of files that a rule leaves out now: patterns, `.gitignore`, secrets. */
  readonly pruneExcluded: boolean;
  /** Also where that removes every point that a source had. */
  readonly allowPruneAll: boolean;
  /** A source may come from another folder than before. */
  readonly isMoved: boolean;
  /** Take the writer lock from whoever holds it. */
  readonly breakLock: boolean;
  /** Say what would be done, and do none of it. */
  readonly dryRun: boolean;
  readonly folders: { readonly cache: string; readonly data: string };
  /** How a model `endpoint:…` is asked; absent: it cannot be. */
  readonly endpoint?: EndpointParams;
  /** For the encoder's processes; see EncoderOptions. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** As typed, for whoever finds the lock taken. */
  readonly commandLine: string;
  readonly qdxVersion: string;
  /** performance.now() when the command began. */
  readonly startedAt: number;
}

/** Points of files of one fate, left where they are. */
export interface LeftPoints {
  readonly points: number;
  readonly files: number;
  readonly examples: readonly string[];
}

/** Counts that add up, all of this shard: `chunks` = `unchanged` + `written` + `rejected`. */
export interface EmbedSummary {
  readonly destination: EmbedDestination['kind'];
  /** Public and physical name, or the file. */
  readonly target: string;
  readonly physical?: string;
  readonly dryRun: boolean;
  readonly runId: string;
  readonly shard: number;
  readonly shards: number;
  readonly model: string;
  /** Null where no model was needed. */
  readonly device: string | null;
  /** Absent for a model on this machine. `bill`: null where nothing was asked. */
  readonly endpoint?: { readonly estimate: CostEstimate; readonly bill: Bill | null };
  readonly sources: readonly string[];
  readonly files: number;
  readonly filesByReader: CorpusSummary['filesByReader'];
  readonly skipped: CorpusSummary['skipped'];
  /** Of the whole run. */
  readonly totalChunks: number;
  readonly chunks: number;
  /** In the collection already, with the same payload. */
  readonly unchanged: number;
  /** Vector from the cache. */
  readonly cached: number;
  readonly embedded: number;
  /** Of the chunks that were embedded or came from the cache: longer than the model reads. */
  readonly truncated: number;
  /** Tokens that the model read. */
  readonly tokens: number;
  /** Points written, or records of the file. */
  readonly written: number;
  /** Points of changed files that their new chunks replace. */
  readonly removed: number;
  /** Points of files that are gone (`--prune`) or left out by a rule (`--prune-excluded`), removed. */
  readonly pruned: number;
  /** Points of files that are gone. */
  readonly gone: LeftPoints;
  /** Points of files that a rule leaves out of this run. */
  readonly leftOut: LeftPoints;
  /** Points that a file had which could not be read, embedded or written as a whole: kept. */
  readonly kept: LeftPoints;
  /** Chunks that could not be embedded or written. */
  readonly rejected: number;
  /** The first few of them. */
  readonly firstRejects: readonly RejectedChunk[];
  /** False where something that was asked for could not be read, embedded or written: exit code 3. */
  readonly isComplete: boolean;
  /** Removal was left to the shard that ends last. */
  readonly removalPending: boolean;
  readonly readingMs: number;
  readonly embeddingMs: number;
  readonly durationMs: number;
}
