/**
 * What a walk leaves out, counted by reason with a few examples: nothing is skipped silently.
 */

/** Every reason for leaving out a file or folder, as a phrase that completes `12 files skipped: …`. */
export const skipReasons = {
  ignored: 'named by a .gitignore or .git/info/exclude',
  excluded: 'outside of the include and exclude patterns',
  dependencies: 'dependencies, version control and tool caches',
  generated: 'lock files, source maps and minified code',
  secret: 'may hold secrets (--include-secrets reads them)',
  binary: 'binary',
  notUtf8: 'text that is not UTF-8',
  tooLarge: 'larger than embed.maxFileBytes',
  empty: 'empty or only white space',
  notRegular: 'neither file nor folder (pipe, socket, device)',
  symlink: 'symbolic links (--follow-links follows them)',
  symlinkLoop: 'symbolic links back to a folder already read',
  brokenLink: 'symbolic links to nothing',
  unreadable: 'not readable',
  nameNotUtf8: 'names that are not UTF-8',
  noRoom: 'paths too long for the model’s token limit',
  noTextField: 'JSON lines without a text field (--text-field names it)',
  badRecord: 'records that could not be read',
} as const;

export type SkipReason = keyof typeof skipReasons;

export interface SkipCount {
  readonly count: number;
  /** The first few, relative to their root; records as `file:line: why`. */
  readonly examples: readonly string[];
}

/**
 * What was asked for and should have been read: a run that skipped something for one of these is not complete. All other
 * reasons are rules at work.
 */
const failures: ReadonlySet<SkipReason> = new Set(['unreadable', 'notUtf8', 'noRoom', 'badRecord']);

export const isFailure = (reason: string): boolean => (failures as ReadonlySet<string>).has(reason);

/** Whoever leaves something out says so here. */
export interface SkipSink {
  /** `place`: path of the file, or of the folder with `/` behind it, where the example is not just that. */
  add(reason: SkipReason, example: string, place?: string): void;
}

const maxExamples = 5;

/** Counts skips; memory does not grow with their number. */
export class SkipLog implements SkipSink {
  readonly #counts = new Map<SkipReason, { count: number; examples: string[] }>();

  add(reason: SkipReason, example: string): void {
    const entry = this.#counts.get(reason) ?? { count: 0, examples: [] };
    entry.count += 1;
    if (entry.examples.length < maxExamples) entry.examples.push(example);
    this.#counts.set(reason, entry);
  }

  toRecord(): Partial<Record<SkipReason, SkipCount>> {
    return Object.fromEntries(this.#counts);
  }
}
