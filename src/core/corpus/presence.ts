/**
 * What a reading found at each path of its sources, so that a file that is gone can be told from one that was not read.
 * Memory: one path for each file, and for each folder left out.
 */
import type { SkipReason } from './skips.ts';

export type Presence =
  /** Read to its end; the chunks that came, perhaps none, are all of it. */
  | 'read'
  /** It is there, or may be, and was not read as a whole. */
  | 'unread'
  /** Left out by a rule: patterns, `.gitignore`, secrets, links, not text. */
  | 'leftOut'
  /** Looked for below a folder, and not there. */
  | 'gone'
  /** Nobody looked into it: the reading was asked for other files, or for other sources. */
  | 'unasked';

type Noted = Exclude<Presence, 'gone'>;

export interface CorpusPresence {
  /** `path` as in the payload: relative to the root, with `/`. */
  of(source: string, path: string): Presence;
}

interface SourceLog {
  /** False where files alone were named: what lies beside them was not looked at. */
  isFolder: boolean;
  /** By path; that of a folder ends with `/`. */
  readonly places: Map<string, Noted>;
}

/** A file that is named as well as found in its folder counts as what says most of it. */
const weight = { unasked: 0, leftOut: 1, read: 2, unread: 3 } as const satisfies Record<Noted, number>;
const rootFolder = './';

export class PresenceLog implements CorpusPresence {
  readonly #sources = new Map<string, SourceLog>();

  addRoot(source: string, isFolder: boolean): void {
    this.#logOf(source).isFolder ||= isFolder;
  }

  /** `place`: a path, with `/` behind a folder; '' is the root. A folder's note counts for all below that has none. */
  note(source: string, place: string, presence: Noted): void {
    const { places } = this.#logOf(source);
    const key = place === '' ? rootFolder : place;
    const before = places.get(key);
    if (before === undefined || weight[presence] > weight[before]) places.set(key, presence);
  }

  of(source: string, path: string): Presence {
    const log = this.#sources.get(source);
    if (!log) return 'unasked';
    const own = log.places.get(path);
    if (own !== undefined) return own;
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const folder = log.places.get(path.slice(0, end + 1));
      if (folder !== undefined) return folder;
    }
    return log.places.get(rootFolder) ?? (log.isFolder ? 'gone' : 'unasked');
  }

  #logOf(source: string): SourceLog {
    const known = this.#sources.get(source);
    if (known) return known;
    const log = { isFolder: false, places: new Map<string, Noted>() };
    this.#sources.set(source, log);
    return log;
  }
}

/** What a skip says of the file or folder it names. */
export const presenceOf = (reason: SkipReason): Noted => presences[reason];

const presences: Readonly<Record<SkipReason, Noted>> = {
  ignored: 'leftOut',
  excluded: 'leftOut',
  dependencies: 'leftOut',
  generated: 'leftOut',
  secret: 'leftOut',
  binary: 'leftOut',
  notRegular: 'leftOut',
  symlink: 'leftOut',
  symlinkLoop: 'leftOut',
  brokenLink: 'leftOut',
  nameNotUtf8: 'leftOut',
  empty: 'read',
  notUtf8: 'unread',
  tooLarge: 'unread',
  unreadable: 'unread',
  noRoom: 'unread',
  noTextField: 'unread',
  badRecord: 'unread',
};
