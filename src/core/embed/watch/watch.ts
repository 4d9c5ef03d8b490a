/**
 * `qdx watch`: a collection that follows its files. What changed is embedded by runs of `embedCorpus` that read the changed
 * files alone; between two runs nothing is held on the server, the writer lock neither.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isQdxError, type QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import type { Settings } from '../../config/schema.ts';
import type { CorpusRoot } from '../../corpus/roots.ts';
import { counted } from '../../../lib/quantities.ts';
import type { EmbedSummary } from '../params.ts';
import { changedFiles, type FileList, filesBelow, listFiles } from './file-list.ts';
import { type Burst, FolderWatcher } from './folder-watcher.ts';

export interface WatchParams {
  readonly roots: readonly CorpusRoot[];
  readonly settings: Pick<Settings, 'embed'>;
  /** One run of `embedCorpus`; `only` absent: over all files. */
  readonly embed: (only: ReadonlySet<string> | undefined, run: RunOptions) => Promise<EmbedSummary>;
}

export interface WatchUpdate extends EmbedSummary {
  /** When it was done; ISO 8601 UTC. */
  readonly at: string;
  /** Files that were new, changed or gone; null for the first run, which looks at all. */
  readonly changedFiles: number | null;
}

/**
 * One update for each run, the first of which is over all files. Ends by the signal only.
 * @throws what the first run throws where trying again would not help, QdxError `failed` where the system cannot watch.
 */
export async function* watchCorpus(params: WatchParams, run: RunOptions): AsyncGenerator<WatchUpdate> {
  const watcher = new FolderWatcher();
  try {
    // Before the first run, so that nothing changes unseen between the two.
    let known = await follow(params, watcher, run);
    yield toUpdate(await persistently(() => params.embed(undefined, run), run), null);
    run.onEvent?.({
      type: 'note',
      message: `watching ${counted(known.files.size, 'files')} in ${counted(known.folders.size, 'folders')}`,
    });
    let open = new Set<string>();
    for (;;) {
      const burst = await watcher.next(run.signal);
      const { list: now, wasAway } = await followAgain(params, watcher, run);
      // What was done to files while their root was away was told by nobody.
      const reported = wasAway ? now.files : reportedFiles(now, burst);
      open = new Set([...open, ...changedFiles(known, now, reported)]);
      known = now;
      if (open.size === 0) continue;
      const changed = open;
      const summary = await persistently(() => params.embed(changed, run), run).catch((error: unknown) =>
        sayWhy(error, run),
      );
      if (summary === null) continue;
      open = new Set();
      yield toUpdate(summary, changed.size);
    }
  } finally {
    watcher.close();
  }
}

/** Lists again where a folder was new: a file may have come into it after it was listed and before it was watched. */
export async function follow(
  { roots, settings }: Pick<WatchParams, 'roots' | 'settings'>,
  watcher: Pick<FolderWatcher, 'follow'>,
  run: RunOptions,
): Promise<FileList> {
  for (;;) {
    const list = await listFiles(roots, settings.embed, run.signal);
    if (!watcher.follow(list.folders)) return list;
  }
}

/** A root that is away (a disk, a checkout half done) is waited for: nothing is removed for it. */
async function followAgain(
  params: WatchParams,
  watcher: FolderWatcher,
  run: RunOptions,
): Promise<{ readonly list: FileList; readonly wasAway: boolean }> {
  let wasAway = false;
  const list = await persistently(
    () => follow(params, watcher, run),
    run,
    (error) => {
      if (error.kind !== 'notFound') return false;
      wasAway = true;
      // Another folder may come in its place: the old watches tell nothing of that one.
      watcher.follow(new Set());
      return true;
    },
  );
  return { list, wasAway };
}

const reportedFiles = (list: FileList, { paths, folders }: Burst): ReadonlySet<string> =>
  new Set([...paths, ...[...folders].flatMap((folder) => filesBelow(list, folder))]);

const toUpdate = (summary: EmbedSummary, changed: number | null): WatchUpdate => ({
  at: new Date().toISOString(),
  changedFiles: changed,
  ...summary,
});

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;

/** Tries again, for as long as it takes, where that alone may help: the server is away, or another run writes. */
async function persistently<T>(
  work: () => Promise<T>,
  { signal, onEvent }: RunOptions,
  mayPass: (error: QdxError) => boolean = mayPassByItself,
): Promise<T> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      return await work();
    } catch (error) {
      if (signal?.aborted || !isQdxError(error) || !mayPass(error)) throw error;
      onEvent?.({ type: 'warning', message: `${error.message}; trying again in ${pauseMs / 1000} s` });
      await sleep(pauseMs, undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
    }
  }
}

const mayPassByItself = ({ kind }: QdxError): boolean => kind === 'temporary' || kind === 'locked';

/** What a later change may mend is said, and its files are kept for the next run. Null, or it throws. */
function sayWhy(error: unknown, { signal, onEvent }: RunOptions): null {
  if (signal?.aborted || !isQdxError(error)) throw error;
  const hint = error.kind === 'refused' ? 'see what qdx embed --prune --dry-run says' : error.hint;
  onEvent?.({
    type: 'warning',
    message: `${error.message}; tried again at the next change${hint ? ` (${hint})` : ''}`,
  });
  return null;
}
