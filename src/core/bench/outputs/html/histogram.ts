/**
 * How a figure of each query is distributed: counts of bins, the mean and its interval.
 */
import { score, signed } from '../../views/figures.ts';
import type { HistogramChart } from '../../views/view.ts';
import { html, type Markup } from './markup.ts';
import { axes, frame, linearScale, niceTicks, rounded } from './svg.ts';

const { width, height, left, right, top, bottom } = frame;
const end = width - right;
const base = height - bottom;
const wantedBins = 20;

interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Queries that are the same would hide all others: of differences they are counted and not drawn. */
export function drawHistogram(chart: HistogramChart, id: string): Markup {
  const { isDifference, mean, interval } = chart;
  const shown = isDifference ? chart.values.filter((value) => value !== 0) : chart.values;
  const bins = binsOf(shown, isDifference);
  const most = Math.max(1, ...bins.map(({ count }) => count));
  const [low, high] = [bins[0]?.from ?? 0, bins.at(-1)?.to ?? 1];
  const x = linearScale([low, high], [left, end]);
  const y = linearScale([0, most], [base, top]);
  const whole = { ...y, ticks: y.ticks.filter((tick) => Number.isInteger(tick)) };
  const format = isDifference
    ? (value: number) => (value === 0 ? '0' : short(signed(value)))
    : (value: number) => short(score(value));
  const bars = bins.map(
    ({ from, to, count }) =>
      html`<rect
        class="${isDifference ? (to <= 0 ? 'worse' : 'better') : 's1'}"
        x="${rounded(x.at(from) + 0.5)}"
        y="${y.at(count)}"
        width="${rounded(Math.max(1, x.at(to) - x.at(from) - 1))}"
        height="${rounded(base - y.at(count))}"
        ><title>${format(from)} to ${format(to)}: ${count} ${count === 1 ? 'query' : 'queries'}</title></rect
      >`,
  );
  const [lower, upper] = [x.at(Math.max(low, interval.lower)), x.at(Math.min(high, interval.upper))];
  return html`<div class="drawing" role="region" aria-labelledby="${id}" tabindex="0">
    <svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${chart.title}. ${chart.caption}">
      ${axes({ ...x, title: isDifference ? 'difference' : 'score', format }, { ...whole, title: 'queries', format: String })}
      <rect
        class="interval"
        x="${lower}"
        y="${top}"
        width="${rounded(Math.max(1, upper - lower))}"
        height="${base - top}"
      />
      ${bars}
      <line class="mean" x1="${x.at(mean)}" x2="${x.at(mean)}" y1="${top - 6}" y2="${base}" />
      <text
        class="mean"
        x="${x.at(mean)}"
        y="${top - 5}"
        text-anchor="${x.at(mean) > end - 60 ? 'end' : x.at(mean) < left + 60 ? 'start' : 'middle'}"
      >
        mean
      </text>
    </svg>
  </div>`;
}

/** `+0.2000` -> `+0.2`. */
const short = (figure: string): string => figure.replace(/\.?0+$/, '');

/** Of equal width, with an edge at 0; the last one holds its upper end too. */
function binsOf(values: readonly number[], isDifference: boolean): Bin[] {
  const reach = Math.max(...values.map(Math.abs), 0.01);
  const [least, most] = isDifference ? [-reach, reach] : [0, Math.max(1, ...values)];
  const edges = niceTicks(least, most, wantedBins);
  return edges.slice(1).map((to, index) => {
    const from = edges[index] ?? 0;
    const isLast = index === edges.length - 2;
    // Of what is worse the edge towards 0 belongs to the next one, of what is better to the one before.
    const holds = (value: number): boolean =>
      isDifference && from >= 0
        ? value > from && value <= to
        : value >= from && (value < to || (isLast && value <= to));
    return { from, to, count: values.filter(holds).length };
  });
}
