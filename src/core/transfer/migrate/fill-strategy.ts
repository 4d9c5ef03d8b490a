/**
 * The port of a migration: what a source point becomes in the target. Copying is one adapter (copy-points.ts), re-embedding
 * another; everything else of a migration (staging, ranges, delta, proof, switch, late writes) is the same for all.
 */
import type { RunOptions } from '../../../lib/events.ts';
import type { CollectionDescription } from '../collection/collection-description.ts';
import type { ScanIndex } from '../delta/scan-index.ts';
import type { Side } from '../points/side.ts';
import type { RawPoint } from '../points/raw-points.ts';

export interface FillStrategy {
  /** For the plan, the journal and messages. */
  readonly way: 'copy' | 'snapshot' | 're-embed';
  /**
   * The target collection, from the source's description; points of it are counted exactly. Called before anything is written:
   * the place to refuse what cannot be (`QdxError`).
   */
  describe(source: SourceLook, run: RunOptions): Promise<CollectionDescription>;
  /** Source points as they shall lie in the target: ids and order are kept. Called for several pages at once. */
  make(points: readonly RawPoint[], run: RunOptions): Promise<readonly RawPoint[]>;
  /** Is a staged point what `make` would give for the source point? Decides what a run that is taken up again leaves as it is. */
  isCurrent(source: RawPoint, staged: RawPoint): boolean;
  /** Something shall be otherwise than in the source: a layout, the vectors. Else only the place or the name is. */
  readonly asksForChange: boolean;
  /** The points of source and target are the same bytes: they are then compared by hash, else by id alone. */
  readonly isExact: boolean;
  /**
   * Fills the staging collection at once, while it is empty; payload indexes are made here as well, or come along. Every point is
   * compared with the source afterwards, and what differs is made again.
   */
  fillWhole?(fill: WholeFill, run: RunOptions): Promise<ScanIndex>;
  /** A proof of its own (self-retrieval, judged queries), after counts and ids. What it returns stands in the summary. */
  prove?(proof: ProofInput, run: RunOptions): Promise<unknown>;
}

/** @public */
export interface WholeFill {
  readonly source: Side;
  readonly staging: Side;
  /**
   * Reads every point of the source: called once, when all that is brought in was taken of it, and beside the rest where that
   * can be. What it returns is returned.
   */
  readonly readSource: (run: RunOptions) => Promise<ScanIndex>;
}

/** @public */
export interface SourceLook {
  readonly side: Side;
  readonly description: CollectionDescription;
  readonly points: number;
  /** The target has the names of the source, on the same server. */
  readonly isOntoItself: boolean;
}

/** @public */
export interface ProofInput {
  readonly source: Side;
  readonly staging: Side;
  readonly sourceIndex: ScanIndex;
  readonly stagingIndex: ScanIndex;
}
