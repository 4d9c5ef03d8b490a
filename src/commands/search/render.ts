/**
 * Hits as text: file and line first, then the lines that show why.
 */
import { pathToFileURL } from 'node:url';
import type { Hit } from '../../core/retrieval/hits/hit.ts';
import type { SearchResponse } from '../../core/retrieval/response.ts';
import { hasPlaceInFile, isLinesOfFile, placeOf } from '../../core/retrieval/hits/hit-lines.ts';
import { markedLines, snippet, type SnippetLine } from '../../core/retrieval/hits/snippet.ts';
import type { View } from '../../lib/output.ts';
import { link, paint } from '../../lib/style.ts';
import { escapeControl } from '../../lib/terminal.ts';
import { hitKey } from './links.ts';

export interface HitLook {
  /** Whole chunks. */
  readonly full: boolean;
  readonly explain: boolean;
  /** Absolute file by `hitKey`, where it is on this machine. */
  readonly files: ReadonlyMap<string, string>;
}

const snippetLines = 4;

export function renderHits(response: SearchResponse, look: HitLook, view: View): string {
  if (response.hits.length === 0) return nothingFound(response);
  const several = response.collections.length > 1;
  const isReranked = response.hits.some(({ rerankScore }) => rerankScore !== undefined);
  return response.hits.map((hit) => renderHit(hit, { response, look, view, several, isReranked })).join('\n\n');
}

function nothingFound({ query, collections }: SearchResponse): string {
  const names = collections.map(({ name }) => name).join(', ');
  return `Nothing in ${names} for ${JSON.stringify(query)}.\nTry other words, or search wider: fewer filters, no --min-score, another collection.`;
}

interface HitRender {
  readonly response: SearchResponse;
  readonly look: HitLook;
  readonly view: View;
  readonly several: boolean;
  /** A reranker gave scores. */
  readonly isReranked: boolean;
}

function renderHit(hit: Hit, { response, ...render }: HitRender): string {
  const { look, view } = render;
  const { query } = response;
  const lines = look.full
    ? markedLines(hit.text, hit.startLine, query)
    : snippet(hit.text, hit.startLine, query, snippetLines);
  const hasLines = isLinesOfFile(hit);
  const around = (texts: readonly string[] = [], from: number): SnippetLine[] =>
    texts.map((text, index) => ({ number: from + index, text, marks: [] }));
  const before = around(hit.before, hit.startLine - (hit.before?.length ?? 0));
  const after = around(hit.after, hit.endLine + 1);
  // With lines around it a hit is shown whole, so that no line is missing between.
  const body = hit.before || hit.after ? markedLines(hit.text, hit.startLine, query) : lines;
  const shown = [...before, ...body, ...after];
  const width = String(shown.at(-1)?.number ?? 0).length;
  return [
    header(hit, render),
    ...(look.explain ? [paint(view, 'dim', `   ${explanation(hit)}`)] : []),
    ...shown.map(
      (line) =>
        `   ${hasLines ? `${paint(view, 'dim', String(line.number).padStart(width))}  ` : ''}${marked(line, view)}`,
    ),
  ].join('\n');
}

function header(hit: Hit, { look, view, several, isReranked }: Omit<HitRender, 'response'>): string {
  const place = escapeControl(placeOf(hit) || String(hit.id));
  const file = look.files.get(hitKey(hit));
  const shown = paint(view, 'cyan', place);
  const line = hasPlaceInFile(hit) ? `#L${hit.startLine}` : '';
  const where = file === undefined ? shown : link(view, shown, `${pathToFileURL(file).href}${line}`);
  const path = hit.symbolPath ?? hit.headingPath ?? [];
  const parts = [
    `${hit.rank}. ${where}`,
    shownScore(hit, isReranked),
    ...(several ? [hit.collection] : []),
    ...(hit.groupSize !== undefined && hit.groupSize > 1 ? [`${hit.groupSize} hits`] : []),
    ...(path.length > 0 ? [escapeControl(path.join(' > ').replaceAll(/\s+/g, ' '))] : []),
  ];
  return parts.join('  ');
}

/** The score that ordered it. A hit that the reranker gave none has that of the first stage, on another scale: it says so. */
function shownScore({ score, rerankScore }: Hit, isReranked: boolean): string {
  if (rerankScore !== undefined) return rerankScore.toFixed(3);
  return `${score.toFixed(3)}${isReranked ? ' before reranking' : ''}`;
}

/** `cosine 0.512 (#3) · words +0.131 (#1) · definition +0.120` */
function explanation({ cosine, stages, signals = {} }: Hit): string {
  const rank = (stage: 'dense' | 'lexical'): string => {
    const place = stages?.[stage];
    return place === undefined ? '' : place.rank === undefined ? ' (not in its list)' : ` (#${place.rank})`;
  };
  const dense = cosine === undefined ? [] : [`cosine ${cosine.toFixed(3)}${rank('dense')}`];
  const words =
    stages?.['lexical'] && signals['words'] === undefined
      ? [`bm25 ${(stages['lexical'].score ?? 0).toFixed(2)}${rank('lexical')}`]
      : [];
  const others = Object.entries(signals).map(
    ([name, value]) => `${name} ${value > 0 ? '+' : ''}${value.toFixed(3)}${name === 'words' ? rank('lexical') : ''}`,
  );
  return [...dense, ...words, ...others, ...rerankedAs(stages)].join(' · ');
}

/** `before reranking 0.512 (#3) · cross 4.213 (#1)` */
function rerankedAs(stages: Hit['stages'] = {}): string[] {
  return Object.entries(stages)
    .filter(([name]) => name !== 'dense' && name !== 'lexical')
    .map(([name, { rank, score }]) => {
      const what = name === 'first' ? 'before reranking' : name;
      return `${what}${score === undefined ? '' : ` ${score.toFixed(3)}`} (#${rank})`;
    });
}

function marked({ text, marks }: SnippetLine, view: View): string {
  let shown = '';
  let at = 0;
  for (const [start, end] of marks) {
    shown += text.slice(at, start) + paint(view, 'bold', text.slice(start, end));
    at = end;
  }
  return shown + text.slice(at);
}
