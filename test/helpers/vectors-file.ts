/**
 * Small vectors files for tests: header, records, a file of both.
 */
import { join } from 'node:path';
import type { VectorFormat } from '../../src/core/vectors/encode-record.ts';
import { type ReadRecord, readRecords } from '../../src/core/vectors/read-file.ts';
import type { VectorRecord, VectorsFileHeader } from '../../src/core/vectors/record.ts';
import { writeVectorsFile } from '../../src/core/vectors/write-file.ts';
import { modelCard } from './model-card.ts';
import { temporaryFolder } from './temporary.ts';

export const header = (changes: Partial<VectorsFileHeader> = {}): VectorsFileHeader => ({
  format: 'qdx-vectors',
  version: 1,
  kind: 'vectors',
  runId: 'run-1',
  model: modelCard(),
  chunking: {
    version: 1,
    maxTokens: 256,
    targetTokens: 200,
    template: 'path-headings-content@1',
    codeTargetTokens: 200,
    codeMinTokens: 20,
    minTokens: 40,
  },
  lexical: null,
  sources: ['docs'],
  shard: 1,
  shards: 1,
  inputHash: 'd'.repeat(64),
  count: 2,
  totalCount: 2,
  ...changes,
});
export const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const record = (n: number, changes: Partial<VectorRecord> = {}): VectorRecord => ({
  id: uuid(n),
  vector: Float32Array.from([n + 0.1, -0.25, 0, 1e-9]),
  payload: { content: `text ${n}`, source: 'docs' },
  ...changes,
});
export async function* stream(records: readonly VectorRecord[]): AsyncGenerator<VectorRecord> {
  yield* records;
}
export async function write(
  records: readonly VectorRecord[],
  changes: Partial<VectorsFileHeader> = {},
  format: VectorFormat = 'numbers',
) {
  const path = join(temporaryFolder(), 'v.jsonl');
  await writeVectorsFile(
    path,
    header({ count: records.length, totalCount: records.length, ...changes }),
    stream(records),
    {
      format,
    },
  );
  return path;
}
export async function collect(lines: AsyncIterable<ReadRecord>): Promise<ReadRecord[]> {
  const all: ReadRecord[] = [];
  for await (const line of lines) all.push(line);
  return all;
}
export const recordsOf = async (path: string, options = {}) =>
  (await collect(readRecords(path, options))).map(({ file: _file, line: _line, ...rest }) =>
    'reason' in rest ? rest.reason : rest,
  );
