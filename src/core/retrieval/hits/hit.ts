/**
 * Hit: one ranked answer. The JSON shape is documented in docs/json-output.md and only ever grows.
 */

export interface StageScore {
  /** 1-based rank in that stage's own list; absent where only the other list found it. */
  readonly rank?: number;
  /** Dense: the cosine. Lexical: the server's BM25 sum. Absent where a reranker gave none. */
  readonly score?: number;
}

export interface Hit {
  /** 1-based. */
  readonly rank: number;
  readonly score: number;
  readonly collection: string;
  readonly id: string | number | bigint;
  /** = payload `source_path`. */
  readonly path: string;
  /** = payload `source_file`: the last segment of the path. */
  readonly sourceFile?: string;
  /** Of a docling document these are numbers of items in reading order. */
  readonly startLine: number;
  readonly endLine: number;
  readonly text: string;
  readonly source?: string;
  readonly sourceId?: string;
  /** `record`: a CSV row or a JSON line, `docling`: cut by docling. Of both, `text` is not the lines of the file. */
  readonly chunker?: string;
  readonly language?: string;
  readonly subdirectory?: string;
  readonly title?: string;
  readonly headingPath?: readonly string[];
  readonly symbolPath?: readonly string[];
  /** Cosine of query and chunk; absent in mode `lexical`, and where the collection's distance says nothing of angles. */
  readonly cosine?: number;
  /** With `--context`: lines of the file before and after. */
  readonly before?: readonly string[];
  readonly after?: readonly string[];
  /** With `--group-by path`: candidates of this file, this one counted. */
  readonly groupSize?: number;
  /** Where the last reranker scored it: its score, of its own scale. */
  readonly rerankScore?: number;
  /**
   * With `--explain`: rank and score in each list, and, where hits were reranked, before it (`first`) and by each reranker
   * (by its kind).
   */
  readonly stages?: Readonly<Record<string, StageScore>>;
  /** With `--explain`: what each signal added to (or took from) the score; with the cosine they add up to it. */
  readonly signals?: Readonly<Record<string, number>>;
}
