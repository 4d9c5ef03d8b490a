/**
 * ReportView: what a reader sees of any report, before it is written as text, Markdown, XML or HTML. Every renderer knows
 * this shape and no suite.
 */
import type { Check } from '../run/report.ts';

/** A figure that cannot be trusted, with the reason; plain text otherwise. */
export type ViewCell = string | { readonly text: string; readonly doubt: string };

export interface ViewTable {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly ViewCell[])[];
  /** Columns of figures, by number. */
  readonly right: readonly number[];
}

export interface ViewFigure {
  /** snake_case, for Prometheus: `ndcg_at_10`. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Drawn {
  readonly title: string;
  /** What the reader should see in it. */
  readonly caption: string;
}

/** Two figures of many settings against each other. */
export interface ScatterChart extends Drawn {
  readonly kind: 'scatter';
  readonly x: ChartAxis;
  readonly y: ChartAxis;
  /** A value of y that must be reached. */
  readonly least: number | null;
  readonly points: readonly ScatterPoint[];
}

export interface ChartAxis {
  readonly title: string;
  readonly isBetter: 'low' | 'high';
  readonly format: (value: number) => string;
}

export interface ScatterPoint {
  readonly x: number;
  readonly y: number;
  /** Points of a series share a shape and a colour. */
  readonly series: string;
  readonly label: string;
  readonly isPicked: boolean;
}

/** A figure of several groups, side by side for each series. */
export interface BarChart extends Drawn {
  readonly kind: 'bars';
  readonly groups: readonly BarGroup[];
  /** Where the scale ends; absent: at the longest bar. */
  readonly most?: number;
  readonly format: (value: number) => string;
}

interface BarGroup {
  readonly name: string;
  readonly bars: readonly {
    /** Empty where there is one series alone. */
    readonly series: string;
    readonly value: number;
    readonly interval?: { readonly lower: number; readonly upper: number };
  }[];
}

/** How a figure of each query is distributed. */
export interface HistogramChart extends Drawn {
  readonly kind: 'histogram';
  readonly values: readonly number[];
  /** Above 0 is better, below 0 is worse, 0 is the same. */
  readonly isDifference: boolean;
  readonly mean: number;
  readonly interval: { readonly lower: number; readonly upper: number };
}

/** Percentiles of times, from the median outwards. */
export interface RangeChart extends Drawn {
  readonly kind: 'ranges';
  readonly rows: readonly {
    readonly name: string;
    readonly p50Ms: number;
    readonly p95Ms: number;
    readonly p99Ms: number;
    readonly doubts: readonly string[];
  }[];
}

export type ViewChart = ScatterChart | BarChart | HistogramChart | RangeChart;

export interface ViewHit {
  readonly rank: number;
  /** `guides/install.md:12-40`, or the name of a document. */
  readonly place: string;
  readonly snippet: string;
  /** What it counts for; null: nobody judged. */
  readonly grade: number | null;
}

/** One query, and what one way to search (or several) returned for it. */
export interface ViewQuery {
  readonly id: string;
  readonly text: string;
  /** Category and collection. */
  readonly tags: readonly string[];
  readonly lists: readonly {
    /** Empty where there is one list alone. */
    readonly name: string;
    readonly score: string;
    readonly hits: readonly ViewHit[];
    /** Judged answers, the best first. Rank: null where it was not found. */
    readonly answers: readonly { readonly place: string; readonly grade: number; readonly rank: number | null }[];
  }[];
}

export interface ReportView {
  readonly title: string;
  /** One line: what the run says. */
  readonly headline: string;
  readonly facts: readonly (readonly [string, string])[];
  readonly charts: readonly ViewChart[];
  readonly tables: readonly ViewTable[];
  /** The queries that are worth a look, under a title that says why; null where there are none. */
  readonly queries: { readonly title: string; readonly shown: readonly ViewQuery[] } | null;
  readonly checks: readonly Check[];
  readonly notes: readonly string[];
  /** Queries without a score, since they failed. */
  readonly failedQueries: number;
  readonly figures: readonly ViewFigure[];
  /** What was typed, to be typed again; absent where nobody typed it. */
  readonly command?: string;
}

/** As renderers without footnotes write it; what is doubted, and why, is in the notes. */
export const cellText = (cell: ViewCell): string => (typeof cell === 'string' ? cell : `${cell.text} ?`);
