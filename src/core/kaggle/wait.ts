/**
 * Waits for the notebook, with its progress as it prints it.
 */
import { isQdxError, QdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import { retry } from '../../lib/retry.ts';
import { type KaggleJob, jobSlug } from './job.ts';
import type { KaggleCli, KernelStatus } from './kaggle-cli.ts';
import { pause } from './send.ts';
import { resumeCommand } from './steps.ts';

/** Kaggle may be out of reach for a while; the notebook does not care. */
const outOfReachMs = 15 * 60_000;
const logLines = 12;

/** @throws QdxError `failed` where the notebook failed or was stopped, after the end of its log was announced. */
export async function waitForNotebook(job: KaggleJob, cli: KaggleCli, pollMs: number, run: RunOptions): Promise<void> {
  const slug = jobSlug(job);
  run.onEvent?.({ type: 'phase', name: 'waiting', detail: `for the notebook ${slug}` });
  let word = '';
  for (;;) {
    const status = await askPatiently(() => cli.status(slug), run);
    if (status.word !== word) run.onEvent?.({ type: 'note', message: `notebook ${slug}: ${status.word}` });
    ({ word } = status);
    if (status.state === 'complete') return;
    if (status.state === 'failed' || status.state === 'cancelled')
      throw ended(job, status, await announceLog(cli, slug, run));
    if (status.state === 'running') announceProgress(await cli.log(slug), job, run);
    await pause(pollMs, run);
  }
}

const askPatiently = <T>(ask: () => Promise<T>, { signal, onEvent }: RunOptions): Promise<T> =>
  retry(ask, {
    retries: 100,
    deadlineMs: outOfReachMs,
    advise: (error) => ({
      again: isQdxError(error) && error.kind === 'temporary',
      reason: error instanceof Error ? error.message : String(error),
    }),
    onRetry: (_attempt, _waitMs, reason) => onEvent?.({ type: 'trace', message: `asking again: ${reason}` }),
    ...(signal && { signal }),
  });

/** The last line of each shard counts: `qdx shard 1/2: 2048/5000`. */
function announceProgress(log: string, { chunks }: KaggleJob, { onEvent }: RunOptions): void {
  const done = embeddedSoFar(log);
  if (done === null) return;
  onEvent?.({ type: 'progress', stage: 'embedding on Kaggle', done, total: chunks, unit: 'chunks' });
}

export function embeddedSoFar(log: string): number | null {
  const shards = new Map(
    [...log.matchAll(/^qdx shard (\d+)\/\d+: (\d+)\/\d+$/gmu)].map(([, shard, done]) => [shard, done]),
  );
  return shards.size === 0 ? null : [...shards.values()].reduce((sum, done) => sum + Number(done), 0);
}

/** The end of the log as lines, and what qdx's own program gave as the reason. */
async function announceLog(cli: KaggleCli, slug: string, { onEvent }: RunOptions): Promise<string | null> {
  const lines = (await cli.log(slug)).trimEnd().split('\n');
  for (const line of lines.slice(-logLines)) if (line !== '') onEvent?.({ type: 'note', message: `kaggle: ${line}` });
  return lines.findLast((line) => line.startsWith('qdx refused: '))?.slice('qdx refused: '.length) ?? null;
}

function ended(job: KaggleJob, { state, word, failure }: KernelStatus, reason: string | null): QdxError {
  const why = reason ?? failure ?? (state === 'cancelled' ? 'it was stopped' : 'its log says why');
  return new QdxError('failed', `the notebook ${jobSlug(job)} did not end well (${word}): ${why}`, {
    hint: `${resumeCommand(job)} starts it again; what it wrote before counts where Kaggle kept it`,
    details: { kernel: jobSlug(job), status: word, runId: job.runId },
  });
}
