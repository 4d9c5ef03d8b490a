/**
 * Bars and ranges as tables whose middle column is drawn: words keep their size on every screen, and the figures stand
 * beside.
 */
import type { BarChart, RangeChart } from '../../views/view.ts';
import { html, type Markup } from './markup.ts';
import { colourOf, legend, rounded } from './svg.ts';

/** Of a drawn cell; stretched to the width that it gets. */
const span = 100;

export function drawBars({ title, groups, format, most: end }: BarChart): Markup {
  const bars = groups.flatMap((group) => group.bars);
  const series = [...new Set(bars.map((bar) => bar.series))];
  const most = end ?? (Math.max(...bars.map(({ value, interval }) => Math.max(value, interval?.upper ?? 0))) || 1);
  const at = (value: number): number => rounded((Math.max(0, value) / most) * span);
  const rows = groups.flatMap((group) =>
    group.bars.map((bar, index) => {
      const name = index === 0 ? html`<th scope="rowgroup" rowspan="${group.bars.length}">${group.name}</th>` : null;
      const whisker = bar.interval
        ? html`<line class="whisker" x1="${at(bar.interval.lower)}" x2="${at(bar.interval.upper)}" y1="5" y2="5" />`
        : null;
      return html`<tr>
        ${name}${series.length > 1 ? html`<th scope="row" class="series">${bar.series}</th>` : null}
        <td class="bar">
          <svg viewBox="0 0 ${span} 10" preserveAspectRatio="none" aria-hidden="true">
            <rect
              class="${colourOf(series.length > 1 ? series.indexOf(bar.series) : 1)}"
              x="0"
              y="1"
              width="${at(bar.value)}"
              height="8"
            />
            ${whisker}
          </svg>
        </td>
        <td class="figure">${format(bar.value)}</td>
      </tr>`;
    }),
  );
  return html`${legend(series)}
    <table class="bars">
      <caption class="unseen">
        ${title}
      </caption>
      <tbody>
        ${rows}
      </tbody>
    </table>`;
}

export function drawRanges({ title, rows }: RangeChart): Markup {
  const most = Math.max(...rows.map(({ p99Ms }) => p99Ms)) || 1;
  const at = (value: number): number => rounded((value / most) * (span - 1) + 0.5);
  const body = rows.map(({ name, p50Ms, p95Ms, p99Ms, doubts }) => {
    const dotted = (figure: string): string => (doubts.includes(figure) ? ' doubtful' : '');
    const figure = (value: number, key: string): Markup =>
      html`<td class="figure${dotted(key)}">${milliseconds(value)}</td>`;
    return html`<tr>
      <th scope="row">${name}</th>
      <td class="bar">
        <svg viewBox="0 0 ${span} 10" preserveAspectRatio="none" aria-hidden="true">
          <line class="reach${dotted('p95Ms')}" x1="${at(p50Ms)}" x2="${at(p95Ms)}" y1="5" y2="5" />
          <line class="far${dotted('p99Ms')}" x1="${at(p95Ms)}" x2="${at(p99Ms)}" y1="5" y2="5" />
          <line class="p50" x1="${at(p50Ms)}" x2="${at(p50Ms)}" y1="0.5" y2="9.5" />
          <line class="p95" x1="${at(p95Ms)}" x2="${at(p95Ms)}" y1="2" y2="8" />
          <line class="p99" x1="${at(p99Ms)}" x2="${at(p99Ms)}" y1="3" y2="7" />
        </svg>
      </td>
      ${figure(p50Ms, 'p50Ms')}${figure(p95Ms, 'p95Ms')}${figure(p99Ms, 'p99Ms')}
    </tr>`;
  });
  return html`<table class="bars ranges">
    <caption class="unseen">
      ${title}, milliseconds
    </caption>
    <thead>
      <tr>
        <td></td>
        <td></td>
        <th scope="col">p50</th>
        <th scope="col">p95</th>
        <th scope="col">p99</th>
      </tr>
    </thead>
    <tbody>
      ${body}
    </tbody>
  </table>`;
}

const milliseconds = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(1));
