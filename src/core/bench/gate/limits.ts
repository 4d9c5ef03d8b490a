/**
 * Absolute gates: `--min ndcg@10=0.8`, `--min recall=0.95`, `--max p95=50ms`, `--max encode.p95=20ms`.
 */
import { QdxError } from '../../../lib/errors.ts';
import { parseMeasure } from '../metrics/measures.ts';
import type { Check } from '../run/report.ts';

export interface Limit {
  readonly bound: 'min' | 'max';
  /** A measure, or `<stage>.<percentile>`. */
  readonly figure: string;
  readonly value: number;
  readonly unit: '' | 'ms';
  readonly text: string;
}

const latencyName = /^(?:([a-z]+)\.)?(p50|p95|p99|mean|max)$/;

/** @throws QdxError `usage` for what is no limit. */
export function parseLimit(bound: Limit['bound'], text: string): Limit {
  const [, name = '', typed = '', unit = ''] = /^([^=]+)=(\d+(?:\.\d+)?)(ms|s)?$/.exec(text.trim()) ?? [];
  const [, stage = 'total', percentile] = latencyName.exec(name) ?? [];
  if (typed === '' || (percentile === undefined && unit !== '')) throw noLimit(bound, text);
  if (percentile === undefined) return { bound, figure: parseMeasure(name).name, value: Number(typed), unit: '', text };
  if (unit === '') throw noLimit(bound, text, `--${bound} ${name}=${typed}ms`);
  return {
    bound,
    figure: `${stage}.${percentile}`,
    value: Number(typed) * (unit === 's' ? 1000 : 1),
    unit: 'ms',
    text,
  };
}

const noLimit = (bound: string, text: string, hint = `--${bound} ndcg@10=0.8, or --max p95=50ms`): QdxError =>
  new QdxError('usage', `--${bound} ${text}: expected a figure, = and a number (times with ms or s)`, { hint });

/** @param figures Measures by name, percentiles as `total.p95` in milliseconds. A figure that was not measured fails. */
export function checkLimits(limits: readonly Limit[], figures: Readonly<Record<string, number>>): Check[] {
  return limits.map(({ bound, figure, value, unit, text }) => {
    const actual = figures[figure];
    const name = `--${bound} ${text}`;
    if (actual === undefined)
      return {
        name,
        status: 'failed',
        message: `${figure} was not measured; there is ${Object.keys(figures).join(', ')}`,
      };
    const isHeld = bound === 'min' ? actual >= value : actual <= value;
    const shown = unit === 'ms' ? `${actual.toFixed(1)} ms` : actual.toFixed(4);
    return {
      name,
      status: isHeld ? 'passed' : 'failed',
      message: `${figure} is ${shown}; ${bound === 'min' ? 'at least' : 'at most'} ${value}${unit === 'ms' ? ' ms' : ''} is asked for`,
    };
  });
}
