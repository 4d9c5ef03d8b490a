/**
 * Single queries: what was returned, what it counts for, and where the judged answers were found.
 */
import type { ReportView, ViewHit, ViewQuery } from '../../views/view.ts';
import { html, type Markup } from './markup.ts';

/** The first ones are open, so that the page shows what it is about. */
const openQueries = 3;

export const drawQueries = ({ shown }: NonNullable<ReportView['queries']>): Markup =>
  html`<div class="queries">${shown.map(drawQuery)}</div>`;

function drawQuery({ id, text, tags, lists }: ViewQuery, index: number): Markup {
  const open = index < openQueries ? html` open` : null;
  return html`<details class="query" ${open}>
    <summary>
      <span class="scores"
        >${lists.map(({ name, score }) => html`<span>${name === '' ? null : html`<small>${name}</small> `}${score}</span>`)}</span
      ><q>${text}</q><span class="tags">${[id, ...tags].map((tag) => html`<span>${tag}</span>`)}</span>
    </summary>
    <div class="lists">${lists.map(drawList)}</div>
  </details>`;
}

function drawList({ name, hits, answers }: ViewQuery['lists'][number]): Markup {
  const returned =
    hits.length === 0
      ? html`<p class="nothing">Nothing was returned.</p>`
      : html`<ol class="hits" role="list">
          ${hits.map(drawHit)}
        </ol>`;
  const judged =
    answers.length === 0
      ? null
      : html`<div class="answers">
          <p>Judged to answer it:</p>
          <ul>
            ${answers.map(
              ({ place, grade, rank }) =>
                html`<li>
                  <code>${place}</code> (grade ${grade}):
                  ${rank === null ? html`<strong>not found</strong>` : `found at rank ${rank}`}
                </li>`,
            )}
          </ul>
        </div>`;
  return html`<div class="list">${name === '' ? null : html`<h3>${name}</h3>`}${returned}${judged}</div>`;
}

const drawHit = ({ rank, place, snippet, grade }: ViewHit): Markup =>
  html`<li>
    <p class="place"><span class="rank">${rank}</span><code>${place}</code>${gradeMark(grade)}</p>
    ${snippet.trim() === '' ? null : html`<blockquote>${snippet}</blockquote>`}
  </li>`;

function gradeMark(grade: number | null): Markup {
  if (grade === null) return html`<span class="grade">not judged</span>`;
  return grade > 0
    ? html`<span class="grade good">grade ${grade}</span>`
    : html`<span class="grade none">no answer</span>`;
}
