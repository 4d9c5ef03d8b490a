/**
 * ReportView: what a reader sees of any report, before it is written as text, Markdown, XML or HTML. Every renderer knows
 * this shape and no suite.
 */
import type { Check } from './report.ts';

export interface ViewTable {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns of figures, by number. */
  readonly right: readonly number[];
}

export interface ViewFigure {
  /** snake_case, for Prometheus: `ndcg_at_10`. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ReportView {
  readonly title: string;
  /** One line: what the run says. */
  readonly headline: string;
  readonly facts: readonly (readonly [string, string])[];
  readonly tables: readonly ViewTable[];
  readonly checks: readonly Check[];
  readonly notes: readonly string[];
  readonly figures: readonly ViewFigure[];
}
