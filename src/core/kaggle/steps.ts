/**
 * The three steps of a hand-off, to be done by hand where the `kaggle` command is not there.
 */
import { shellLine } from '../../lib/shell-line.ts';
import { type JobFolders, type KaggleJob, jobSlug } from './job.ts';

/** Command lines, in order. @param isAgain The dataset is on Kaggle already: this is another version of it. */
export function manualSteps(job: KaggleJob, folders: JobFolders, isAgain: boolean): string[] {
  const message = `qdx run ${job.runId}`;
  const send = isAgain
    ? ['datasets', 'version', '-p', folders.dataset, '-m', message, '-t']
    : ['datasets', 'create', '-p', folders.dataset, '-t'];
  return [
    shellLine(['kaggle', ...send]),
    shellLine(['kaggle', 'kernels', 'push', '-p', folders.kernel]),
    fetchCommand(job, folders),
  ];
}

/** Fetches the output by hand, and goes on with it. */
export const fetchCommand = (job: KaggleJob, { output }: JobFolders): string =>
  `${shellLine(['kaggle', 'kernels', 'output', jobSlug(job), '-p', output, '-o'])} && ${resumeCommand(job)}`;

export const resumeCommand = ({ runId }: Pick<KaggleJob, 'runId'>): string =>
  shellLine(['qdx', 'embed', '--on', 'kaggle', '--run', runId]);

/** What is still there afterwards, and how it goes. */
export const cleanUpCommands = (job: KaggleJob): string[] => [
  `kaggle kernels delete ${jobSlug(job)}`,
  `kaggle datasets delete ${jobSlug(job)}`,
];
