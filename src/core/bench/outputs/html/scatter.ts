/**
 * Two figures against each other, with the front that nothing beats in both.
 */
import type { ChartAxis, ScatterChart, ScatterPoint } from '../../views/view.ts';
import { html, type Markup } from './markup.ts';
import { axes, colourOf, frame, legend, linearScale, type Scale, scaleOf, shapeOf } from './svg.ts';

const { width, height, left, right, top, bottom } = frame;
const end = width - right;
const base = height - bottom;

/** @param id Of the title that stands above it. */
export function drawScatter(chart: ScatterChart, id: string): Markup {
  const { points, least } = chart;
  const series = [...new Set(points.map((point) => point.series))];
  const x = scaleOf(
    points.map((point) => point.x),
    [left, end],
  );
  const heights = [...points.map((point) => point.y), ...(least === null ? [] : [least])];
  const y = linearScale([Math.min(...heights), Math.max(...heights)], [base, top]);
  const front = frontOf(points, chart);
  const picked = points.find(({ isPicked }) => isPicked);
  // What is picked is drawn last, above all others.
  const inOrder = points.toSorted((a, b) => Number(a.isPicked) - Number(b.isPicked));
  return html`${legend(series)}
    <div class="drawing" role="region" aria-labelledby="${id}" tabindex="0">
      <svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${description(chart)}">
        ${axes({ ...x, title: axisTitle(chart.x), format: chart.x.format }, { ...y, title: axisTitle(chart.y), format: chart.y.format })}${least === null ? null : limit(least, y, chart.y)}
        <path class="front" d="${stairs(front, x, y, chart.y)}" />
        ${inOrder.map((point) =>
          mark(point, series.indexOf(point.series), { x, y }),
        )}${picked ? pickedMark(picked, { x, y }) : null}
      </svg>
    </div>`;
}

const axisTitle = ({ title, isBetter }: ChartAxis): string =>
  `${title} (${isBetter === 'low' ? 'lower' : 'higher'} is better)`;

function description({ title, points, least, y }: ScatterChart): string {
  const picked = points.find(({ isPicked }) => isPicked);
  return [
    `${title}: ${points.length} marks`,
    ...(least === null ? [] : [`at least ${y.format(least)} is asked for`]),
    picked ? `recommended: ${picked.label}` : 'none is recommended',
  ].join('; ');
}

interface Scales {
  readonly x: Scale;
  readonly y: Scale;
}

const mark = ({ x, y, label }: ScatterPoint, series: number, scales: Scales): Markup =>
  html`<path
    class="mark ${colourOf(series)}"
    d="${shapeOf(series)}"
    transform="translate(${scales.x.at(x)} ${scales.y.at(y)})"
    ><title>${label}</title></path
  >`;

/** Its words stand on the side where there is room. */
function pickedMark({ x, y }: ScatterPoint, scales: Scales): Markup {
  const [atX, atY] = [scales.x.at(x), scales.y.at(y)];
  const isRight = atX > (left + end) / 2;
  const below = atY + 26 > base ? atY - 14 : atY + 26;
  return html`<g class="picked"
    ><circle cx="${atX}" cy="${atY}" r="9" /><text
      x="${isRight ? atX + 6 : atX - 6}"
      y="${below}"
      text-anchor="${isRight ? 'end' : 'start'}"
      >recommended</text
    ></g
  >`;
}

const limit = (least: number, y: Scale, axis: ChartAxis): Markup =>
  html`<g class="limit"
    ><line x1="${left}" x2="${end}" y1="${y.at(least)}" y2="${y.at(least)}" /><text
      x="${end}"
      y="${y.at(least) + 14}"
      text-anchor="end"
      >${axis.isBetter === 'high' ? 'at least' : 'at most'} ${axis.format(least)}</text
    ></g
  >`;

/** From the best x on, whatever is better in y than all before. */
function frontOf(points: readonly ScatterPoint[], { x, y }: Pick<ScatterChart, 'x' | 'y'>): ScatterPoint[] {
  const towards = (axis: ChartAxis): number => (axis.isBetter === 'low' ? 1 : -1);
  const sorted = points.toSorted((a, b) => (a.x - b.x) * towards(x) || (a.y - b.y) * towards(y));
  const front: ScatterPoint[] = [];
  for (const point of sorted) {
    const last = front.at(-1);
    if (!last || (point.y - last.y) * towards(y) < 0) front.push(point);
  }
  return front;
}

/** What is reached stays reached until the next one. */
function stairs(front: readonly ScatterPoint[], x: Scale, y: Scale, axis: ChartAxis): string {
  const [first, ...more] = front;
  if (!first) return '';
  const steps = more.map((point) => `H${x.at(point.x)}V${y.at(point.y)}`);
  const far = axis.isBetter === 'high' ? end : left;
  return `M${x.at(first.x)},${y.at(first.y)}${steps.join('')}H${far}`;
}
