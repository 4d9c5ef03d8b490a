/**
 * What all drawings share: the frame, scales, ticks, and the shapes of series.
 */
import { html, type Markup } from './markup.ts';

/** In units of the drawing, which are about pixels. */
export const frame = { width: 480, height: 320, left: 52, right: 24, top: 16, bottom: 46 } as const;

export interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

/** Figures that span more than this are drawn on a logarithmic scale. */
const linearSpan = 20;

/** From `from` to `to`, in units of the drawing; linear ones may begin at 0. */
export function scaleOf(values: readonly number[], [from, to]: readonly [number, number]): Scale {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (least > 0 && most / least > linearSpan) return logScale([least, most], [from, to]);
  return linearScale([0, most], [from, to]);
}

export function linearScale([least, most]: readonly [number, number], [from, to]: readonly [number, number]): Scale {
  const ticks = niceTicks(least, most);
  const [low, high] = [Math.min(least, ticks[0] ?? least), Math.max(most, ticks.at(-1) ?? most)];
  const span = high - low || 1;
  return { at: (value) => rounded(from + ((value - low) / span) * (to - from)), ticks };
}

function logScale([least, most]: readonly [number, number], [from, to]: readonly [number, number]): Scale {
  const decades = Math.log10(most) - Math.log10(least);
  const steps = decades > 3 ? [1] : [1, 2, 5];
  const first = Math.floor(Math.log10(least));
  const all = Array.from({ length: Math.ceil(decades) + 2 }, (_, index) => 10 ** (first + index)).flatMap((decade) =>
    steps.map((step) => step * decade),
  );
  const low = all.findLast((tick) => tick <= least) ?? least;
  const high = all.find((tick) => tick >= most) ?? most;
  const span = Math.log(high / low) || 1;
  return {
    at: (value) => rounded(from + (Math.log(value / low) / span) * (to - from)),
    ticks: all.filter((tick) => tick >= low && tick <= high),
  };
}

/** Some five round numbers that cover the range (Heckbert, Graphics Gems 1990). */
export function niceTicks(least: number, most: number, wanted = 5): number[] {
  const rough = (most - least || 1) / wanted;
  const decade = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * decade).find((one) => one >= rough) ?? rough;
  const first = Math.floor(least / step + 1e-9);
  const last = Math.ceil(most / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

export const rounded = (value: number): number => Math.round(value * 10) / 10;

/** As many as have a colour and a shape of their own; further series begin anew. */
const seriesCount = 8;

/** Shapes tell series apart where colours do not. */
const shapes = [
  'M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0Z',
  'M-3.6,-3.6h7.2v7.2h-7.2Z',
  'M0,-4.6L4.4,3.4H-4.4Z',
  'M0,-5L5,0L0,5L-5,0Z',
  'M0,4.6L4.4,-3.4H-4.4Z',
  'M-1.5,-4.6h3v3.1h3.1v3h-3.1v3.1h-3v-3.1h-3.1v-3h3.1Z',
  'M0,-5L1.5,-1.6L5,-1.4L2.3,1L3.1,4.6L0,2.7L-3.1,4.6L-2.3,1L-5,-1.4L-1.5,-1.6Z',
  'M-2.4,-4.2h4.8L4.8,0L2.4,4.2h-4.8L-4.8,0Z',
];

export const shapeOf = (series: number): string => shapes[series % seriesCount] ?? '';
export const colourOf = (series: number): string => `s${series % seriesCount}`;

/** Names of series with their shapes; nothing for one alone. */
export function legend(names: readonly string[]): Markup | null {
  if (names.length < 2) return null;
  const items = names.map(
    (name, index) =>
      html`<li>
        <svg class="key ${colourOf(index)}" viewBox="-6 -6 12 12" aria-hidden="true"><path d="${shapeOf(index)}" /></svg
        >${name}
      </li>`,
  );
  return html`<ul class="legend" role="list">
    ${items}
  </ul>`;
}

export interface AxisText {
  readonly title: string;
  readonly format: (value: number) => string;
}

/** Grid, numbers and titles of both axes. */
export function axes(x: Scale & AxisText, y: Scale & AxisText): Markup {
  const { width, height, left, right, top, bottom } = frame;
  const [end, base] = [width - right, height - bottom];
  const rows = y.ticks.flatMap((tick) => [
    line('grid', [left, y.at(tick)], [end, y.at(tick)]),
    number(y.format(tick), [left - 6, y.at(tick) + 4], 'end'),
  ]);
  const columns = sparse(x.ticks).flatMap((tick) => [
    line('tick', [x.at(tick), base], [x.at(tick), base + 4]),
    number(x.format(tick), [x.at(tick), base + 17], 'middle'),
  ]);
  return html`<g class="axes" aria-hidden="true"
    >${rows}${columns}${line('base', [left, base], [end, base])}<text
      class="title"
      x="${(left + end) / 2}"
      y="${height - 6}"
      text-anchor="middle"
      >${x.title}</text
    ><text class="title" x="${-(top + base) / 2}" y="12" transform="rotate(-90)" text-anchor="middle"
      >${y.title}</text
    ></g
  >`;
}

/** x and y, in units of the frame. */
type Place = readonly [number, number];

const line = (name: string, [x1, y1]: Place, [x2, y2]: Place): Markup =>
  html`<line class="${name}" x1="${x1}" x2="${x2}" y1="${y1}" y2="${y2}" />`;

const number = (text: string, [x, y]: Place, anchor: 'end' | 'middle'): Markup =>
  html`<text x="${x}" y="${y}" text-anchor="${anchor}">${text}</text>`;

const mostTicks = 8;

const sparse = (ticks: readonly number[]): readonly number[] =>
  ticks.length <= mostTicks ? ticks : ticks.filter((_, index) => index % Math.ceil(ticks.length / mostTicks) === 0);
