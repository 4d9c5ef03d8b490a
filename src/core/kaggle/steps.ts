/**
 * The three steps of a hand-off, to be done by hand where the `kaggle` command is not there.
 */
import { type JobFolders, type KaggleJob, jobSlug } from './job.ts';

/** Command lines, in order. */
export function manualSteps(job: KaggleJob, folders: JobFolders): string[] {
  const slug = jobSlug(job);
  return [
    `kaggle datasets create -p ${quoted(folders.dataset)} -t`,
    `kaggle kernels push -p ${quoted(folders.kernel)}`,
    `kaggle kernels output ${slug} -p ${quoted(folders.output)} && ${resumeCommand(job)}`,
  ];
}

export const resumeCommand = ({ runId }: Pick<KaggleJob, 'runId'>): string =>
  `qdx embed --on kaggle --run ${quoted(runId)}`;

/** What is still there afterwards, and how it goes. */
export const cleanUpCommands = (job: KaggleJob): string[] => [
  `kaggle kernels delete ${jobSlug(job)}`,
  `kaggle datasets delete ${jobSlug(job)}`,
];

/** For a POSIX shell: nothing of it acts. */
const quoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
