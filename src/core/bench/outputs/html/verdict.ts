/**
 * What the run says in one word and one sentence, for whoever reads nothing else.
 */
import type { ReportView } from '../../views/view.ts';

export interface Verdict {
  readonly status: 'failed' | 'partial' | 'warning' | 'passed' | 'measured';
  readonly word: string;
  readonly sentence: string;
}

/** As the exit code has it: a check that failed outweighs queries that failed. */
export function verdictOf({ checks, failedQueries }: Pick<ReportView, 'checks' | 'failedQueries'>): Verdict {
  const of = (status: string): number => checks.filter((check) => check.status === status).length;
  const [failed, warnings] = [of('failed'), of('warning')];
  const lost = `${failedQueries} ${failedQueries === 1 ? 'query' : 'queries'} failed and ${failedQueries === 1 ? 'has' : 'have'} no score`;
  const alsoLost = failedQueries > 0 ? `; ${lost}` : '';
  if (failed > 0)
    return { status: 'failed', word: 'Failed', sentence: `${ofAll(failed, checks.length)} did not hold${alsoLost}` };
  if (failedQueries > 0) return { status: 'partial', word: 'Incomplete', sentence: lost };
  if (warnings > 0)
    return { status: 'warning', word: 'Passed with doubts', sentence: `${ofAll(warnings, checks.length)} warns` };
  if (checks.length > 0)
    return {
      status: 'passed',
      word: 'Passed',
      sentence: checks.length === 1 ? 'the one check held' : `all ${checks.length} checks held`,
    };
  return { status: 'measured', word: 'Measured', sentence: 'nothing was asked to hold' };
}

const ofAll = (some: number, all: number): string => (all === 1 ? 'the one check' : `${some} of ${all} checks`);
