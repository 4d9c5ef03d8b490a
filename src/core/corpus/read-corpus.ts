/**
 * Reads a corpus: roots on disk become chunks, one after another, in an order that is the same on every machine.
 */
import path from 'node:path';
import type { RunOptions } from '../../lib/events.ts';
import { createPauses } from '../../lib/pauses.ts';
import type { Tokenizer } from '../models/tokenizer.ts';
import type { Chunk, ChunkingSettings } from './chunk.ts';
import { cutDocument, type CutContext } from './chunking/cut.ts';
import { readerOf, readers, type ReaderName } from './readers/registry.ts';
import type { ReadContext, ReaderOptions } from './readers/reader.ts';
import { PresenceLog, presenceOf } from './presence.ts';
import { checkedRoots, type CorpusRoot, isFolder } from './roots.ts';
import { type SkipCount, SkipLog, type SkipReason, type SkipSink } from './skips.ts';
import { walk, type WalkedFile } from './walk/walk.ts';

export interface ReadCorpusParams {
  /** Folders or files. */
  readonly roots: readonly CorpusRoot[];
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Limit for files that are read whole; record files (CSV, JSON lines) are streamed and have none. */
  readonly maxFileBytes: number;
  readonly includeSecrets: boolean;
  readonly followLinks?: boolean;
  /** Read these files alone, by absolute path; absent: all. Those that are not there any more are still seen to be gone. */
  readonly only?: ReadonlySet<string>;
  readonly readers?: ReaderOptions;
  readonly tokenizer: Pick<Tokenizer, 'count' | 'specialTokens'>;
  readonly chunking: ChunkingSettings;
  /** What the encoder will put before every text: it counts towards the limit. */
  readonly documentPrefix?: string;
}

export interface CorpusSummary {
  /** Files that gave at least one chunk. */
  readonly files: number;
  readonly filesByReader: Partial<Record<ReaderName, number>>;
  readonly chunks: number;
  /** Tokens of all chunks, special tokens included. */
  readonly tokens: number;
  /** Files and folders left out, by reason. */
  readonly skipped: Partial<Record<SkipReason, SkipCount>>;
}

export interface CorpusReading {
  /** To be iterated once. */
  readonly chunks: AsyncIterable<Chunk>;
  /** What was read so far; final once `chunks` has ended. */
  summary(): CorpusSummary;
  /** What was found where; whole once `chunks` has ended. Later steps may note what became of a file. */
  readonly presence: PresenceLog;
}

/** @throws QdxError notFound for a root that does not exist, usage for two roots that share a source name. */
export function readCorpus(params: ReadCorpusParams, run: RunOptions = {}): CorpusReading {
  const reading = new Reading(params, run);
  return { chunks: reading.chunks(), summary: () => reading.summary(), presence: reading.presence };
}

const linkReasons: ReadonlySet<SkipReason> = new Set(['symlink', 'symlinkLoop', 'brokenLink']);

class Reading {
  readonly presence = new PresenceLog();
  readonly #params: ReadCorpusParams;
  readonly #run: RunOptions;
  readonly #skips = new SkipLog();
  readonly #pauses = createPauses();
  readonly #filesByReader: Partial<Record<ReaderName, number>> = {};
  /** Identities of files: one that was named itself and lies in a folder that was named too is read once. */
  readonly #taken = new Set<string>();
  #files = 0;
  #chunks = 0;
  #tokens = 0;

  constructor(params: ReadCorpusParams, run: RunOptions) {
    this.#params = params;
    this.#run = run;
  }

  summary(): CorpusSummary {
    return {
      files: this.#files,
      filesByReader: { ...this.#filesByReader },
      chunks: this.#chunks,
      tokens: this.#tokens,
      skipped: this.#skips.toRecord(),
    };
  }

  async *chunks(): AsyncGenerator<Chunk> {
    const { include, exclude, includeSecrets, followLinks = false } = this.#params;
    const options = { include, exclude, includeSecrets, followLinks, ...this.#signal() };
    for (const root of await checkedRoots(this.#params.roots)) {
      this.presence.addRoot(root.source, await isFolder(root.path));
      for await (const file of walk(root.path, options, this.#skipsOf(root)))
        if (this.#params.only?.has(file.absolutePath) === false) this.presence.note(root.source, file.path, 'unasked');
        else yield* this.#readFile(file, root.source);
    }
  }

  /** What a walk leaves out is counted, and noted where it lies. */
  #skipsOf({ source }: CorpusRoot): SkipSink {
    return {
      add: (reason, example, place = example) => {
        this.#skips.add(reason, example);
        this.presence.note(source, place, presenceOf(reason));
        // What a link led to in another run is not known.
        if (linkReasons.has(reason)) this.presence.note(source, `${place}/`, presenceOf(reason));
      },
    };
  }

  async *#readFile(file: WalkedFile, source: string): AsyncGenerator<Chunk> {
    const taken = JSON.stringify([source, file.path]);
    if (this.#taken.has(taken)) return;
    this.#taken.add(taken);
    const name = path.posix.basename(file.path);
    const reader = readerOf(name);
    const identity = { source, sourcePath: file.path };
    const cut = this.#cutContext();
    let count = 0;
    let isSkipped = false;
    const onSkip: ReadContext['onSkip'] = (reason, example) => {
      isSkipped = true;
      this.#skips.add(reason, example);
      this.presence.note(source, file.path, presenceOf(reason));
    };
    for await (const document of readers[reader].read({ ...file, name }, this.#readContext(onSkip))) {
      this.#run.signal?.throwIfAborted();
      try {
        const chunks = cutDocument(document, identity, cut);
        if (chunks === undefined) onSkip('noRoom', file.path);
        for (const chunk of chunks ?? []) {
          if (this.#pauses.isDue()) await this.#pauses.take();
          if (chunk === null) continue;
          count += 1;
          this.#chunks += 1;
          this.#tokens += chunk.tokenCount;
          yield chunk;
        }
      } finally {
        document.dispose?.();
      }
    }
    if (count > 0) this.#countFile(reader);
    if (count > 0 || !isSkipped) this.presence.note(source, file.path, 'read');
  }

  #countFile(reader: ReaderName): void {
    this.#files += 1;
    this.#filesByReader[reader] = (this.#filesByReader[reader] ?? 0) + 1;
    this.#run.onEvent?.({ type: 'progress', stage: 'reading', done: this.#files, unit: 'files' });
  }

  #cutContext(): CutContext {
    const { tokenizer, chunking, documentPrefix = '' } = this.#params;
    return { tokenizer, chunking, documentPrefix, occurrences: new Map() };
  }

  #readContext(onSkip: ReadContext['onSkip']): ReadContext {
    const { readers: options = {}, chunking, maxFileBytes, includeSecrets } = this.#params;
    return {
      options,
      chunking,
      maxFileBytes,
      includeSecrets,
      onSkip,
      onNote: (message) => this.#run.onEvent?.({ type: 'note', message }),
      onWarning: (message) => this.#run.onEvent?.({ type: 'warning', message }),
      ...this.#signal(),
    };
  }

  #signal(): { readonly signal?: AbortSignal } {
    return this.#run.signal === undefined ? {} : { signal: this.#run.signal };
  }
}
