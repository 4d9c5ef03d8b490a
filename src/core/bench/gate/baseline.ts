/**
 * The baseline: scores of each query at the time when they were good, in a file that is committed. Its shape is documented
 * in docs/bench.md and only grows within a version.
 */
import { readFile } from 'node:fs/promises';
import { QdxError } from '../../../lib/errors.ts';
import { writeWholeFile } from '../../../lib/partial-file.ts';
import { fileError } from './baseline-error.ts';
import { baselineVersion, parseBaseline } from './baseline-schema.ts';
import type { Report } from '../run/report.ts';
import type { QueryResult } from '../run/score.ts';

export interface Baseline {
  readonly type: 'qdx-bench-baseline';
  readonly version: 1;
  readonly suite: string;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
  readonly qdx: string;
  /** Of queries and judgements; another one cannot be compared. */
  readonly inputSha256: string;
  readonly primary: string;
  /** Means by measure, for readers; the comparison goes by the scores. */
  readonly means: Readonly<Record<string, number>>;
  /** By query id, by measure. */
  readonly scores: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Milliseconds, of the machine named; compared as a hint only. */
  readonly latency: { readonly p50Ms: number; readonly p95Ms: number; readonly cpu: string } | null;
}

export interface BaselineInput {
  readonly report: Report;
  readonly primary: string;
  readonly results: readonly QueryResult[];
  readonly means: Readonly<Record<string, number>>;
  readonly latency: { readonly p50Ms: number; readonly p95Ms: number } | null;
}

/**
 * @throws QdxError `refused` where queries failed: a baseline without them would hide what breaks later; and where none has a
 * score.
 */
export function createBaseline({ report, primary, results, means, latency }: BaselineInput): Baseline {
  if (report.failedQueries > 0)
    throw new QdxError('refused', `no baseline is written: ${report.failedQueries} queries failed and have no score`);
  const scores = Object.fromEntries(results.flatMap((one) => (one.state === 'scored' ? [[one.id, one.scores]] : [])));
  if (Object.keys(scores).length === 0)
    throw new QdxError('refused', 'no baseline is written: no query is judged, so that none has a score', {
      hint: 'qdx bench judge writes a file of passages to judge',
    });
  return {
    type: 'qdx-bench-baseline',
    version: baselineVersion,
    suite: report.suite,
    createdAt: report.startedAt,
    qdx: report.host.qdx,
    inputSha256: report.input?.sha256 ?? '',
    primary,
    means,
    scores,
    latency: latency && { p50Ms: latency.p50Ms, p95Ms: latency.p95Ms, cpu: report.host.cpu },
  };
}

/** @throws QdxError `notFound`, `usage` for a file that is none, `refused` for a newer version. */
export async function readBaseline(path: string): Promise<Baseline> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw fileError(path, error);
  });
  return parseBaseline(text, path);
}

export async function writeBaseline(path: string, baseline: Baseline): Promise<void> {
  await writeWholeFile(path, `${JSON.stringify(baseline, null, 2)}\n`);
}
