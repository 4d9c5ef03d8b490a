/**
 * A table of the report: figures to the right, doubtful ones with a note below that says why.
 */
import { cellText, type ViewCell, type ViewTable } from '../../views/view.ts';
import { html, type Markup } from './markup.ts';
import { sortValue } from './sort-value.ts';

/** Longer ones are folded. */
const mostOpenRows = 25;

/** @param number Of the table in the page, for the ids of its notes. */
export function drawTable({ title, header, rows, right }: ViewTable, number: number): Markup {
  const reasons = [...new Set(rows.flat().flatMap((cell) => (typeof cell === 'string' ? [] : [cell.doubt])))];
  const id = `table-${number}`;
  const head = header.some((name) => name !== '')
    ? html`<thead>
        <tr>
          ${header.map((name, column) => headCell(name, right.includes(column)))}
        </tr>
      </thead>`
    : null;
  const notes = { reasons, id };
  const body = rows.map(
    (row) =>
      html`<tr>
        ${row.map((cell, column) => bodyCell(cell, { column, row, right, notes }))}
      </tr>`,
  );
  const table = html`<div class="scroll" role="region" aria-labelledby="${id}" tabindex="0">
      <table class="figures">
        ${head}
        <tbody>
          ${body}
        </tbody>
      </table>
    </div>
    ${footnotes(notes)}`;
  const heading = html`<h3 id="${id}">${capitalised(title)}</h3>`;
  if (rows.length <= mostOpenRows) return html`<div class="block">${heading}${table}</div>`;
  return html`<div class="block">
    <details>
      <summary>${heading}<span class="count">${rows.length} rows</span></summary>
      ${table}
    </details>
  </div>`;
}

const headCell = (name: string, isRight: boolean): Markup =>
  name === '' ? html`<td></td>` : html`<th scope="col" ${isRight ? html` class="right"` : null}>${name}</th>`;

interface Notes {
  readonly reasons: readonly string[];
  readonly id: string;
}

interface Place {
  readonly column: number;
  readonly row: readonly ViewCell[];
  readonly right: readonly number[];
  readonly notes: Notes;
}

/** The first cell with words names its row. */
function bodyCell(cell: ViewCell, { column, row, right, notes }: Place): Markup {
  const text = typeof cell === 'string' ? cell : cell.text;
  if (column === row.findIndex((one) => cellText(one) !== '') && !right.includes(column))
    return html`<th scope="row">${text}</th>`;
  const value = sortValue(text);
  return html`<td${right.includes(column) ? html` class="right"` : null}${value === null ? null : html` data-value="${value}"`}>${text}${typeof cell === 'string' ? null : mark(cell.doubt, notes)}</td>`;
}

const mark = (doubt: string, { reasons, id }: Notes): Markup => {
  const number = reasons.indexOf(doubt) + 1;
  return html`<sup
    ><a class="doubt" href="#${id}-note-${number}" aria-label="not to be trusted, note ${number}">?${number}</a></sup
  >`;
};

const footnotes = ({ reasons, id }: Notes): Markup | null =>
  reasons.length === 0
    ? null
    : html`<ul class="footnotes" role="list">
        ${reasons.map((reason, index) => html`<li id="${id}-note-${index + 1}"><span class="doubt">?${index + 1}</span> not to be trusted: ${reason}</li>`)}
      </ul>`;

/** Names of measures, `ndcg@10`, stay as they are typed. */
const capitalised = (title: string): string =>
  title.replace(/^[a-z]+(?= |$)/, (word) => word.charAt(0).toUpperCase() + word.slice(1));
