/**
 * JudgedSet: queries and what answers them, whatever file they came from.
 */

/** How the input was written; the report says it. */
export type InputKind = 'beir' | 'trec' | 'passages' | 'csv';

/**
 * What a grade is worth. `linear`: the grade itself, as trec_eval has it. `exponential`: 2^grade − 1 (Burges et al. 2005),
 * for grades of passages.
 */
export type Gain = 'linear' | 'exponential';

export interface PassageAnswer {
  readonly path: string;
  /** 1-based, both included. */
  readonly startLine: number;
  readonly endLine: number;
  readonly grade: number;
}

type Judgements =
  /** Grade by document id; 0 is judged and not relevant. */
  | { readonly kind: 'documents'; readonly grades: ReadonlyMap<string, number> }
  | { readonly kind: 'passages'; readonly answers: readonly PassageAnswer[] };

export interface JudgedQuery {
  readonly id: string;
  readonly text: string;
  /** `type` or `category` of the input. */
  readonly category?: string;
  /** The collection that it asks; absent: those of the run. */
  readonly collection?: string;
  /** Null: nobody has judged this query. It is timed and has no score. */
  readonly judgements: Judgements | null;
}

export interface JudgedSet {
  readonly kind: InputKind;
  /** As the user named it. */
  readonly source: string;
  /** Of all that was read: two runs are comparable where it is equal. */
  readonly sha256: string;
  readonly gain: Gain;
  readonly queries: readonly JudgedQuery[];
  /** What in the input deserves a word: queries without judgements, judgements of unknown queries. */
  readonly warnings: readonly string[];
}

/** Hits are named by ids, or by places in files. */
export const judgesPassages = (set: JudgedSet): boolean => set.gain === 'exponential';
