/**
 * `qdx embed --out` and `--chunks-out`: into a vectors file, or into a file of chunks to be embedded elsewhere.
 */
import type { RunOptions } from '../../lib/events.ts';
import { sha256Hex } from '../../lib/hash.ts';
import { assertMayBecomeFile } from '../../lib/partial-file.ts';
import { fingerprint } from '../models/cards/space.ts';
import { createLexicalEncoder, defaultLexical } from '../lexical/lexical.ts';
import { wantedTokens } from '../qdrant/collection/kept-tokens.ts';
import { tokenLayout } from '../vectors/packed-tokens.ts';
import {
  termsName,
  vectorsFileFormat,
  type VectorRecord,
  type VectorsFileHeader,
  vectorsFileVersion,
} from '../vectors/record.ts';
import { writeVectorsFile } from '../vectors/write-file.ts';
import type { Embedder } from './embedder.ts';
import type { EmbedDestination, EmbedParams, EmbedSummary } from './params.ts';
import { planRun } from './plan.ts';
import { findRunModel, type RunInput, withInput } from './read-input.ts';
import { embedRecords, noCounts, recordOf, type RecordShape, type RecordsInput } from './records.ts';
import { summarize } from './summary.ts';

type FileTarget = Exclude<EmbedDestination, { kind: 'collection' }>;

export async function embedIntoFile(params: EmbedParams, target: FileTarget, run: RunOptions): Promise<EmbedSummary> {
  // Found out before hours of work.
  await assertMayBecomeFile(target.path);
  const warmsUp = target.kind === 'vectors' ? 'always' : 'never';
  const found = await findRunModel(params);
  const tokens = target.kind === 'vectors' ? wantedTokens(params.settings.embed, found.model.card) : null;
  return withInput(
    { ...found, params, warmsUp, tokenWindow: tokens?.window ?? 0, mayBeEmpty: false },
    run,
    (input, embedder) => writeFile({ params, target, input, embedder }, run),
  );
}

interface Writing {
  readonly params: EmbedParams;
  readonly target: FileTarget;
  readonly input: RunInput;
  readonly embedder: Embedder;
}

async function writeFile(writing: Writing, run: RunOptions): Promise<EmbedSummary> {
  const { params, target, input, embedder } = writing;
  const { signal } = run;
  const header = headerOf(writing);
  const shape: RecordShape = {
    lexical: header.lexical && createLexicalEncoder(header.lexical),
    sparseName: termsName,
    tokens: embedder.tokenWindow > 0 ? tokenLayout(header.model, embedder.tokenWindow) : null,
  };
  const counts = noCounts();
  const startedAt = performance.now();
  run.onEvent?.({ type: 'phase', name: target.kind === 'vectors' ? 'embedding' : 'writing', detail: target.path });
  const planned = target.kind === 'vectors' ? await planRun(input.spool, embedder, null, run) : null;
  const records = planned ? vectors(writing, { shape, counts, expectedNew: planned.fresh }, run) : chunks(input, shape);
  const { count } = await writeVectorsFile(target.path, header, records, {
    format: params.settings.embed.vectorFormat,
    rejected: () => input.rejects.count,
    ...(signal && { signal }),
  });
  const embeddingMs = Math.max(0, counts.lastVectorAtMs - startedAt);
  // Chunks that are only written are none that were in a collection.
  const plan = { unchanged: 0, estimate: planned?.estimate ?? null };
  return summarize({ params, input, plan, embedder, counts, embeddingMs, runId: header.runId, written: count });
}

function vectors(
  { input, embedder }: Writing,
  made: Pick<RecordsInput, 'shape' | 'counts' | 'expectedNew'>,
  run: RunOptions,
) {
  return embedRecords({
    ...made,
    chunks: input.spool.chunks('shard'),
    embedder,
    rejects: input.rejects,
    ...(run.onEvent && { onEvent: run.onEvent }),
  });
}

async function* chunks({ spool }: RunInput, shape: RecordShape): AsyncGenerator<VectorRecord, void, undefined> {
  for await (const chunk of spool.chunks('shard')) {
    const { id, ...rest } = recordOf(chunk, shape);
    yield { id, text: chunk.text, ...rest };
  }
}

function headerOf({ params, target, input, embedder }: Writing): VectorsFileHeader {
  const { spool, model, chunking, sources } = input;
  return {
    format: vectorsFileFormat,
    version: vectorsFileVersion,
    kind: target.kind,
    // The same input and model are the same run, so that what is made of it again is the same file.
    runId: params.runId ?? sha256Hex(`${spool.inputHash} ${fingerprint(model.card)}`).slice(0, 16),
    model: model.card,
    chunking,
    lexical: params.settings.vector.sparseName === '' ? null : defaultLexical,
    ...(embedder.tokenWindow > 0 && { tokenVectors: { window: embedder.tokenWindow, encoding: 'sign' } }),
    sources,
    ...params.shard,
    inputHash: spool.inputHash,
    count: spool.count,
    totalCount: spool.totalCount,
  };
}
