/**
 * What the progress of a stage says: rate, tokens a second, time left. Pure; times are those of a monotonic clock.
 */
import type { QdxEvent } from '../events.ts';
import { counted, formatCount, formatDuration, formatRate } from '../quantities.ts';

export type ProgressEvent = Extract<QdxEvent, { type: 'progress' }>;

interface Sample {
  readonly atMs: number;
  readonly done: number;
  readonly tokens: number;
}

export interface StageProgress {
  readonly stage: string;
  readonly unit: string;
  readonly done: number;
  readonly total: number | undefined;
  readonly tokens: number | undefined;
  readonly first: Sample;
  /** Recent ones, oldest first, for a rate that follows. */
  readonly samples: readonly Sample[];
}

export interface ProgressFigures {
  readonly elapsedMs: number;
  /** Units a second, lately; undefined until there is something to tell. */
  readonly rate: number | undefined;
  readonly tokenRate: number | undefined;
  readonly etaMs: number | undefined;
  /** From 0 to 1. */
  readonly fraction: number | undefined;
}

const windowMs = 30_000;
const sampleEveryMs = 500;

export function nextProgress(before: StageProgress | null, event: ProgressEvent, nowMs: number): StageProgress {
  const sample = { atMs: nowMs, done: event.done, tokens: event.tokens ?? 0 };
  const old = before?.stage === event.stage ? before : null;
  return {
    stage: event.stage,
    unit: event.unit,
    done: event.done,
    total: event.total,
    tokens: event.tokens,
    first: old?.first ?? sample,
    samples: nextSamples(old?.samples ?? [], sample),
  };
}

/** The last sample moves along until it is old enough to stand. */
function nextSamples(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const kept = samples.filter(({ atMs }) => atMs > sample.atMs - windowMs);
  const beforeLast = kept.at(-2);
  const moving = beforeLast !== undefined && sample.atMs - beforeLast.atMs < sampleEveryMs;
  return [...(moving ? kept.slice(0, -1) : kept), sample];
}

export function progressFigures(progress: StageProgress, nowMs: number): ProgressFigures {
  const from = progress.samples[0] ?? progress.first;
  const seconds = (nowMs - from.atMs) / 1000;
  const perSecond = (amount: number) => (seconds > 0.2 && amount > 0 ? amount / seconds : undefined);
  const rate = perSecond(progress.done - from.done);
  const left = progress.total === undefined ? undefined : Math.max(0, progress.total - progress.done);
  return {
    elapsedMs: nowMs - progress.first.atMs,
    rate,
    tokenRate: perSecond((progress.tokens ?? 0) - from.tokens),
    etaMs: rate === undefined || left === undefined ? undefined : (left / rate) * 1000,
    fraction: progress.total ? Math.min(1, progress.done / progress.total) : undefined,
  };
}

/** `embedding: 120 of 1,344 chunks (8 %), 45/s, 12,300 tokens/s, 27 s left` */
export function progressLine(progress: StageProgress, nowMs: number): string {
  const { fraction, ...figures } = progressFigures(progress, nowMs);
  const share = fraction === undefined ? '' : ` (${Math.floor(fraction * 100)} %)`;
  const parts = [`${progress.stage}: ${amount(progress)}${share}`, ...rateParts(figures)];
  if (figures.etaMs !== undefined && fraction !== 1) parts.push(`${formatDuration(figures.etaMs)} left`);
  return parts.join(', ');
}

/** `embedding: 1,344 chunks in 29 s, 46.3/s, 12,100 tokens/s`, over the whole stage. */
export function finishedLine(progress: StageProgress, nowMs: number): string {
  const whole = { ...progress, samples: [progress.first] };
  const { elapsedMs, ...figures } = progressFigures(whole, nowMs);
  return [`${progress.stage}: ${amount(progress)} in ${formatDuration(elapsedMs)}`, ...rateParts(figures)].join(', ');
}

const rateParts = ({ rate, tokenRate }: Pick<ProgressFigures, 'rate' | 'tokenRate'>): string[] => [
  ...(rate === undefined ? [] : [`${formatRate(rate)}/s`]),
  ...(tokenRate === undefined ? [] : [`${formatCount(tokenRate)} tokens/s`]),
];

function amount({ done, total, unit }: StageProgress): string {
  const all = total === undefined || total === done ? '' : ` of ${formatCount(total)}`;
  return all === '' ? counted(done, unit) : `${formatCount(done)}${all} ${unit}`;
}
