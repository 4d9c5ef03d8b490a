/**
 * Tells which paths changed in a set of folders, a burst at a time. One watch of the system a folder and none a file, so that
 * a file that an editor replaces (write beside, rename over) is told of like one that is written in place.
 */
import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { QdxError } from '../../../lib/errors.ts';

export interface Burst {
  /** Absolute paths of files and folders. */
  readonly paths: ReadonlySet<string>;
  /** Folders of which something was told, and not what. */
  readonly folders: ReadonlySet<string>;
}

/** A burst is over when nothing has changed for so long, or at the latest after `longestMs`. */
const quietMs = 300;
const longestMs = 5_000;

export class FolderWatcher {
  readonly #watchers = new Map<string, FSWatcher>();
  #paths = new Set<string>();
  #folders = new Set<string>();
  #onChange: () => void = () => {};

  /**
   * Watches these folders and no others.
   * @returns Whether one of them is watched only now: what came into it before was told by nobody.
   * @throws QdxError `failed` where the system has no watches left.
   */
  follow(folders: ReadonlySet<string>): boolean {
    for (const folder of this.#watchers.keys()) if (!folders.has(folder)) this.#drop(folder);
    const added = [...folders].filter((folder) => !this.#watchers.has(folder));
    for (const folder of added) this.#add(folder);
    return added.some((folder) => this.#watchers.has(folder));
  }

  /** The next burst; waits for it. Rejects with the signal's reason. */
  async next(signal?: AbortSignal): Promise<Burst> {
    const startOfBurst = this.#isEmpty() ? await this.#change(signal, null) : null;
    const startedAt = startOfBurst ?? performance.now();
    while (performance.now() - startedAt < longestMs) if ((await this.#change(signal, quietMs)) === null) break;
    const burst = { paths: this.#paths, folders: this.#folders };
    this.#paths = new Set();
    this.#folders = new Set();
    return burst;
  }

  close(): void {
    for (const folder of this.#watchers.keys()) this.#drop(folder);
  }

  /** When the next change came; null where none did within `withinMs`. */
  #change(signal: AbortSignal | undefined, withinMs: number | null): Promise<number | null> {
    return new Promise((resolve, reject) => {
      const end = (act: () => void) => {
        this.#onChange = () => {};
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        act();
      };
      const onAbort = () => end(() => reject(signal?.reason as Error));
      const timer = withinMs === null ? undefined : setTimeout(() => end(() => resolve(null)), withinMs);
      this.#onChange = () => end(() => resolve(performance.now()));
      if (signal?.aborted) return onAbort();
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  #isEmpty = (): boolean => this.#paths.size === 0 && this.#folders.size === 0;

  #add(folder: string): void {
    try {
      const watcher = watch(folder, (kind, name) => this.#note(folder, kind, name));
      // A folder that is deleted, on some systems; the one above it tells of that.
      watcher.on('error', () => this.#lose(folder));
      this.#watchers.set(folder, watcher);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOSPC' || code === 'EMFILE') throw noWatchesLeft(folder, this.#watchers.size, error);
      this.#lose(folder);
    }
  }

  #note(folder: string, kind: string, name: string | null): void {
    if (name === null) this.#folders.add(folder);
    else {
      const path = join(folder, name);
      this.#paths.add(path);
      // The folder itself, or one below, may be another one of the same name now.
      if (kind === 'rename')
        for (const stale of [path, ...(name === basename(folder) ? [folder] : [])]) this.#drop(stale);
    }
    this.#onChange();
  }

  #lose(folder: string): void {
    this.#drop(folder);
    this.#folders.add(folder);
    this.#paths.add(dirname(folder));
    this.#onChange();
  }

  #drop(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }
}

const noWatchesLeft = (folder: string, count: number, cause: unknown): QdxError =>
  new QdxError('failed', `${folder} cannot be watched: the system has no watches left after ${count} folders`, {
    hint: 'on Linux: sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=1024',
    cause,
  });
