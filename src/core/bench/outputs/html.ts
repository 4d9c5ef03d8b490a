/**
 * A report as one HTML page that needs nothing else: no request leaves it, and what stands in a query or a hit does nothing.
 * The page names its own style and script by hash (Content Security Policy), so that nothing else could run even where an
 * escape was forgotten.
 */
import { createHash } from 'node:crypto';
import type { Check } from '../run/report.ts';
import type { ReportView, ViewChart } from '../views/view.ts';
import { drawBars, drawRanges } from './html/bars.ts';
import { drawHistogram } from './html/histogram.ts';
import { html, type Markup, markupText, trusted } from './html/markup.ts';
import { drawQueries } from './html/queries.ts';
import { drawScatter } from './html/scatter.ts';
import { pageScript } from './html/script.ts';
import { pageStyle } from './html/style.ts';
import { drawTable } from './html/table.ts';
import { type Verdict, verdictOf } from './html/verdict.ts';

interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
}

export function renderHtml(view: ReportView): string {
  const verdict = verdictOf(view);
  const sections = sectionsOf(view);
  const [suite, subject] = splitTitle(view.title);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src '${hashOf(pageStyle)}'; script-src '${hashOf(pageScript)}'; img-src data:; base-uri 'none'; form-action 'none'"
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <link rel="icon" href="data:," />
        <title>${verdict.word}: ${view.title}</title>
        ${own('style', pageStyle)}
      </head>
      <body>
        <a class="skip" href="#report">Skip to the report</a>
        <header>
          <p class="kind">qdx ${suite}</p>
          <h1>${subject}</h1>
          ${banner(verdict)} ${view.headline === '' ? null : html`<p class="headline">${view.headline}</p>`}
        </header>
        <nav aria-label="Sections">
          <ul role="list">
            ${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}
          </ul>
        </nav>
        <main id="report" tabindex="-1">
          ${sections.map(
            ({ id, title, body }) =>
              html`<section aria-labelledby="${id}">
                <h2 id="${id}">${title}</h2>
                ${body}
              </section> `,
          )}
        </main>
        ${own('script', pageScript)}
      </body>
    </html> `;
  return markupText(page);
}

/** `bench search: docs` */
function splitTitle(title: string): [string, string] {
  const at = title.indexOf(': ');
  return at === -1 ? ['bench', title] : [title.slice(0, at), title.slice(at + 2)];
}

/** Nothing stands around the content: its hash is that of every character. */
const own = (name: 'style' | 'script', content: string): Markup => trusted(`<${name}>${content}</${name}>`);

const hashOf = (content: string): string => `sha256-${createHash('sha256').update(content).digest('base64')}`;

const icons: Readonly<Record<Verdict['status'], string>> = {
  passed: 'M4 12.5l5.2 5L20 6.5',
  failed: 'M6 6l12 12M18 6L6 18',
  warning: 'M12 4v10M12 19v.5',
  partial: 'M12 4v10M12 19v.5',
  measured: 'M5 20V12M12 20V4M19 20v-6',
};

const banner = ({ status, word, sentence }: Verdict): Markup =>
  html`<div class="verdict ${status}">
    <svg viewBox="0 0 24 24" aria-hidden="true"><path d="${icons[status]}" /></svg><strong>${word}</strong>
    <p>${sentence}</p>
  </div>`;

function sectionsOf(view: ReportView): Section[] {
  const { checks, notes, charts, queries, tables, facts, command } = view;
  const sections: (Section | false)[] = [
    checks.length > 0 && { id: 'checks', title: 'Checks', body: drawChecks(checks) },
    notes.length > 0 && {
      id: 'notes',
      title: 'Before you trust a figure',
      body: html`<ul class="notes">
        ${notes.map((note) => html`<li>${note}</li>`)}
      </ul>`,
    },
    charts.length > 0 && {
      id: 'charts',
      title: 'At a glance',
      body: html`<div class="charts">${charts.map(drawFigure)}</div>`,
    },
    queries !== null && { id: 'queries', title: queries.title, body: drawQueries(queries) },
    tables.length > 0 && { id: 'figures', title: 'All figures', body: html`${tables.map(drawTable)}` },
    {
      id: 'measured',
      title: 'How it was measured',
      body: html`<dl class="facts">
        ${facts.map(
          ([name, value]) =>
            html`<dt>${name}</dt>
              <dd>${value}</dd>`,
        )}
      </dl>`,
    },
    command !== undefined && {
      id: 'repeat',
      title: 'Repeat it',
      body: html`<pre tabindex="0"><code>${command}</code></pre>`,
    },
  ];
  return sections.filter((section) => section !== false);
}

const drawChecks = (checks: readonly Check[]): Markup =>
  html`<ul class="checks" role="list">
    ${checks.map(
      ({ name, status, message }) =>
        html`<li class="${status}">
          <span class="status">${status}</span><strong>${name}</strong>
          <p>${message}</p>
        </li>`,
    )}
  </ul>`;

function drawFigure(chart: ViewChart, index: number): Markup {
  const id = `chart-${index + 1}`;
  return html`<figure>
    <h3 id="${id}">${chart.title}</h3>
    ${drawChart(chart, id)}
    <figcaption>${chart.caption}</figcaption>
  </figure>`;
}

function drawChart(chart: ViewChart, id: string): Markup {
  if (chart.kind === 'scatter') return drawScatter(chart, id);
  if (chart.kind === 'histogram') return drawHistogram(chart, id);
  return chart.kind === 'bars' ? drawBars(chart) : drawRanges(chart);
}
