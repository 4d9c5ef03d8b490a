/**
 * Hit: one ranked answer. The JSON shape is documented in docs/json-output.md and only ever grows.
 */

export interface StageScore {
  /** 1-based rank in that stage's own list. */
  readonly rank: number;
  readonly score: number;
}

export interface Hit {
  /** 1-based. */
  readonly rank: number;
  readonly score: number;
  readonly collection: string;
  readonly id: string | number;
  /** = payload `source_path`. */
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly text: string;
  readonly source?: string;
  readonly sourceId?: string;
  readonly language?: string;
  readonly subdirectory?: string;
  readonly title?: string;
  readonly headingPath?: readonly string[];
  readonly symbolPath?: readonly string[];
  /** Cosine of the dense stage where the hit was in its list. */
  readonly cosine?: number;
  /** With `--explain`: every stage and signal that took part. */
  readonly stages?: Readonly<Record<string, StageScore>>;
  readonly signals?: Readonly<Record<string, number>>;
}
