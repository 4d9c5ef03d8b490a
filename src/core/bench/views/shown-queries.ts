/**
 * The queries that a reader wants to see: the worst ones, or those that changed most, with what was returned.
 */
import { placeName } from '../metrics/found-answers.ts';
import type { QueryResult, ReturnedHit, ScoredResult } from '../run/score.ts';
import { score } from './figures.ts';
import type { ReportView, ViewHit, ViewQuery, ViewTable } from './view.ts';

type ShownQueries = NonNullable<ReportView['queries']>;

const shownQueries = 10;
const shownHits = 5;
const shownAnswers = 5;

/** By the measure, lowest first; perfect ones are none. */
export function worstQueries(results: readonly QueryResult[], measure: string): ShownQueries | null {
  const worst = scoredOf(results)
    .filter(({ scores }) => (scores[measure] ?? 0) < 1)
    .toSorted((a, b) => (a.scores[measure] ?? 0) - (b.scores[measure] ?? 0))
    .slice(0, shownQueries);
  if (worst.length === 0) return null;
  return { title: `Worst queries by ${measure}`, shown: worst.map((one) => queryOf(one, [['', one]], measure)) };
}

interface Named {
  readonly name: string;
  readonly results: readonly QueryResult[];
}

/** Those that `after` changed most, in either direction; null where nothing changed. */
export function changedQueries(before: Named, after: Named, measure: string): ShownQueries | null {
  const old = new Map(scoredOf(before.results).map((one) => [one.id, one]));
  const pairs = scoredOf(after.results).flatMap((now) => {
    const past = old.get(now.id);
    const change = (now.scores[measure] ?? 0) - (past?.scores[measure] ?? 0);
    return past && change !== 0 ? [{ past, now, change }] : [];
  });
  if (pairs.length === 0) return null;
  const most = pairs.toSorted((a, b) => Math.abs(b.change) - Math.abs(a.change)).slice(0, shownQueries);
  const lists = (past: ScoredResult, now: ScoredResult) => [[before.name, past] as const, [after.name, now] as const];
  return {
    title: `Queries that changed most, ${before.name} and ${after.name}`,
    shown: most.toSorted((a, b) => a.change - b.change).map(({ past, now }) => queryOf(now, lists(past, now), measure)),
  };
}

const scoredOf = (results: readonly QueryResult[]): ScoredResult[] =>
  results.filter((result) => result.state === 'scored');

function queryOf(
  { id, text, category, collection }: ScoredResult,
  lists: readonly (readonly [string, ScoredResult])[],
  measure: string,
): ViewQuery {
  return {
    id,
    text,
    tags: [category, collection].filter((tag) => tag !== undefined),
    lists: lists.map(([name, { scores, hits, answers }]) => ({
      name,
      score: score(scores[measure] ?? 0),
      hits: hits.slice(0, shownHits).map(viewHit),
      answers: answers.slice(0, shownAnswers).map(({ name: place, grade, rank }) => ({ place, grade, rank })),
    })),
  };
}

const viewHit = (hit: ReturnedHit, index: number): ViewHit => ({
  rank: index + 1,
  place: hitPlace(hit),
  snippet: hit.snippet,
  grade: hit.grade,
});

/** Records have no lines, and are called by their name. */
const hitPlace = (hit: ReturnedHit): string => (hit.path === '' || hit.startLine === 0 ? hit.name : placeName(hit));

/** For renderers that have room for a line each. */
export function queryTable({ queries }: Pick<ReportView, 'queries'>): ViewTable[] {
  const [first] = queries?.shown ?? [];
  if (!queries || !first) return [];
  const lists = first.lists.map(({ name }) => name);
  return [
    {
      title: queries.title,
      header: [
        'query',
        ...lists.map((name) => name || 'score'),
        'text',
        ...lists.map((name) => `${name} first`.trim()),
      ],
      rows: queries.shown.map((query) => [
        query.id,
        ...query.lists.map((list) => list.score),
        query.text,
        ...query.lists.map(({ hits: [hit] }) => hit?.place ?? 'nothing'),
      ]),
      right: lists.map((_, index) => index + 1),
    },
  ];
}
