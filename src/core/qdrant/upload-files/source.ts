/**
 * What `qdx upload` was given: the files of one run, or plain `{"id","vector","payload"}` lines of a named model.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { ChunkingSettings } from '../../corpus/chunk.ts';
import type { ModelCard } from '../../models/cards/card.ts';
import { createLexicalEncoder, defaultLexical, type LexicalSettings } from '../../lexical/lexical.ts';
import { readHeader, readRecords, type ReadRecord } from '../../vectors/read-file.ts';
import { openVectorsRun, readRun } from '../../vectors/run-files.ts';

export interface UploadSource {
  readonly model: ModelCard;
  readonly chunking: ChunkingSettings | null;
  readonly lexical: LexicalSettings | null;
  /** How the token vectors of its records were made; null: they have none, or none that a card could describe. */
  readonly tokenVectors: { readonly window: number; readonly encoding: 'sign' } | null;
  readonly sources: readonly string[];
  /** Of the run that made the files; plain lines have none. */
  readonly runId: string | null;
  /** Records of all files; undefined for plain lines, which are not counted beforehand. */
  readonly count: number | undefined;
  /** Every call reads from the start. */
  records(): AsyncIterable<ReadRecord>;
}

export interface SourceOptions {
  /** Needed for plain lines only. */
  readonly plainModel: () => Promise<ModelCard>;
  readonly sparseName: string;
  readonly hashIds: boolean;
  /** What the user calls each path: stdin was written to a file. */
  readonly shownNames: ReadonlyMap<string, string>;
  readonly signal?: AbortSignal;
}

/**
 * Files of a run are verified whole before this returns: nothing of a broken one is written.
 * @throws QdxError `verification` for files that are not whole or do not belong together, `usage` for a mixture.
 */
export async function openUploadSource(paths: readonly string[], options: SourceOptions): Promise<UploadSource> {
  const headers: (string | null)[] = [];
  for (const path of paths) headers.push((await readHeader(path, options.signal))?.runId ?? null);
  const plain = paths.filter((_, index) => headers[index] === null);
  if (plain.length === paths.length) return withShownNames(await plainSource(paths, options), options);
  if (plain.length > 0)
    throw new QdxError('usage', `${plain[0]} holds plain lines, the other files are vectors files`, {
      hint: 'upload them one after the other',
    });
  return withShownNames(await runSource(paths, options), options);
}

function withShownNames(source: UploadSource, { shownNames }: SourceOptions): UploadSource {
  if ([...shownNames].every(([path, name]) => path === name)) return source;
  return {
    ...source,
    async *records() {
      for await (const record of source.records())
        yield { ...record, file: shownNames.get(record.file) ?? record.file };
    },
  };
}

async function runSource(paths: readonly string[], { signal }: SourceOptions): Promise<UploadSource> {
  const run = await openVectorsRun(paths, signal);
  const { kind, model, chunking, lexical, tokenVectors = null, sources, runId, totalCount } = run.header;
  if (kind === 'chunks')
    throw new QdxError('usage', `${paths[0]} holds chunks without vectors`, {
      hint: 'embed it first: whoever embeds it writes a vectors file',
    });
  const records = () => readRun(run, signal ? { signal } : {});
  return { model, chunking, lexical, tokenVectors, sources, runId, count: totalCount, records };
}

async function plainSource(paths: readonly string[], options: SourceOptions): Promise<UploadSource> {
  const { sparseName, hashIds, signal } = options;
  const model = await options.plainModel();
  return {
    model,
    chunking: null,
    lexical: defaultLexical,
    tokenVectors: null,
    sources: [],
    runId: null,
    count: undefined,
    async *records() {
      const terms = createLexicalEncoder(defaultLexical);
      for (const path of paths)
        for await (const record of readRecords(path, { hashIds, ...(signal && { signal }) }))
          yield withTerms(record, sparseName, (payload) => terms.document(payload));
    },
  };
}

/** Plain lines rarely bring lexical terms: they are made from the payload where it has qdx's own keys. */
function withTerms(
  record: ReadRecord,
  sparseName: string,
  terms: ReturnType<typeof createLexicalEncoder>['document'],
): ReadRecord {
  if ('reason' in record || record.vectors?.[sparseName] || typeof record.payload['content'] !== 'string')
    return record;
  return { ...record, vectors: { ...record.vectors, [sparseName]: terms(record.payload) } };
}
