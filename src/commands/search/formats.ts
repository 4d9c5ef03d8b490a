/**
 * Hits for other programs: JSON, JSON lines, CSV, Markdown, file names. Shapes: docs/json-output.md.
 */
import type { Hit } from '../../core/retrieval/hits/hit.ts';
import { placeOf } from '../../core/retrieval/hits/hit-lines.ts';
import type { SearchResponse } from '../../core/retrieval/response.ts';
import { stringifyJson } from '../../lib/json.ts';
import type { View } from '../../lib/output.ts';
import { escapeControl } from '../../lib/terminal.ts';

/** Raised only for a change that could break a reader; new fields do not. */
const searchSchemaVersion = 1;

export const responseData = (response: SearchResponse): SearchResponse & { readonly schemaVersion: number } => ({
  schemaVersion: searchSchemaVersion,
  ...response,
});

export function hitFormats(response: SearchResponse): Readonly<Record<string, (view: View) => string>> {
  const { hits } = response;
  return {
    jsonl: () => hits.map((hit) => stringifyJson(hit)).join('\n'),
    csv: () => toCsv(hits),
    md: () => toMarkdown(response),
    files: () => [...new Set(hits.map(({ path }) => escapeControl(path)))].join('\n'),
  };
}

const columns = [
  'rank',
  'score',
  'cosine',
  'collection',
  'id',
  'path',
  'startLine',
  'endLine',
  'source',
  'sourceId',
  'language',
  'title',
  'text',
] as const;

/** RFC 4180: CRLF between rows, quotes doubled; line breaks inside of a cell stay. */
function toCsv(hits: readonly Hit[]): string {
  const rows = hits.map((hit) => columns.map((column) => cell(hit[column])).join(','));
  return [columns.join(','), ...rows].join('\r\n');
}

function cell(value: Hit[(typeof columns)[number]]): string {
  if (value === undefined) return '';
  const text = typeof value === 'string' ? inert(value) : String(value);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A spreadsheet runs a cell that begins like a formula; an apostrophe before it makes it text. */
const inert = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

function toMarkdown({ query, hits, collections }: SearchResponse): string {
  const title = `## ${oneLine(query)}`;
  if (hits.length === 0) return `${title}\n\nNothing in ${collections.map(({ name }) => name).join(', ')}.`;
  return [title, ...hits.map(hitAsMarkdown)].join('\n\n');
}

function hitAsMarkdown(hit: Hit): string {
  const { rank, score, language = '', text, headingPath, symbolPath } = hit;
  const place = escapeControl(placeOf(hit)).replaceAll('`', '');
  const where = [...(symbolPath ?? headingPath ?? [])].map(oneLine).join(' > ');
  const head = `${rank}. \`${place}\` (${score.toFixed(3)})${where === '' ? '' : ` ${where}`}`;
  const runs = [...text.matchAll(/`+/g)].map(([run]) => run.length);
  const fence = '`'.repeat(Math.max(3, ...runs.map((length) => length + 1)));
  return `${head}\n\n${fence}${language.replaceAll(/[^\w+#-]/g, '')}\n${text.replace(/\s+$/, '')}\n${fence}`;
}

const oneLine = (text: string): string => escapeControl(text.replaceAll(/\s+/g, ' ').trim());
