/**
 * docs/vectors-file.md, "From chunks to vectors, elsewhere": a chunks file, embedded by a program that knows only that page,
 * uploaded, is what `qdx embed` makes directly.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCard } from '../../../src/core/qdrant/collection/card-store.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { connectTo } from '../../helpers/connection.ts';
import { contentsOf, corpusFolder, manyFiles, runEmbed } from '../../helpers/embed-corpus.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { runQdx, temporaryHome } from '../../helpers/run-qdx.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

let server: RunningQdrant;
let connection: Connection;
beforeAll(async () => {
  server = await startQdrant();
  connection = connectTo(server);
});
afterAll(async () => {
  await connection.close();
  await server.stop();
});

const home = temporaryHome();
const folder = corpusFolder({ ...manyFiles(3, 4), 'main.py': 'def main():\n    return "übrig"\n' });
const dist = (path: string): string => pathToFileURL(join(import.meta.dirname, '../../../dist', path)).href;

/** Somebody's own program: reads lines, adds vectors, writes header and footer as the page says; of qdx only the encoder. */
const program = `
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { findModel } from '${dist('core/models/find-model.js')}';
import { openEncoder } from '${dist('core/models/open-encoder.js')}';

const [from, to, cacheFolder] = process.argv.slice(2);
const [header, ...rest] = readFileSync(from, 'utf8').trimEnd().split('\\n').map((line) => JSON.parse(line));
const records = rest.slice(0, -1);
const model = await findModel(header.model.name, { cacheFolder });
const encoder = await openEncoder(model, { device: 'cpu', workers: 1, use: 'query', cacheFolder });
const lines = [JSON.stringify({ ...header, kind: 'vectors' })];
for (const { text, ...record } of records) {
  const { vector } = await encoder.encode(text, { role: 'document' });
  const vectorB64 = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
  lines.push(JSON.stringify({ ...record, vectorB64 }));
}
await encoder.close();
const body = lines.map((line) => line + '\\n').join('');
const sha256 = createHash('sha256').update(body).digest('hex');
writeFileSync(to, body + JSON.stringify({ footer: true, count: records.length, sha256 }) + '\\n');
`;

test('ids, payloads, vectors and terms are those of a direct run; so is the card', async () => {
  const work = temporaryFolder('elsewhere');
  const [script, chunks, vectors] = [join(work, 'embed.mjs'), join(work, 'chunks.jsonl'), join(work, 'vectors.jsonl')];
  writeFileSync(script, program);
  const { summary } = await runEmbed(null, [folder, '--chunks-out', chunks], { home });
  expect(readFileSync(chunks, 'utf8')).not.toContain('"vector":');
  const other = spawnSync(process.execPath, [script, chunks, vectors, join(home, 'cache')], { encoding: 'utf8' });
  expect([other.status, other.stderr]).toEqual([0, '']);

  const env = { QDRANT_URL: server.url };
  const upload = await runQdx(['upload', vectors, '-c', 'elsewhere', '--json'], { home, env });
  expect([upload.exitCode, upload.stderr]).toEqual([0, expect.anything()]);
  expect(JSON.parse(upload.stdout)).toMatchObject({ read: summary.chunks, points: summary.chunks, rejected: 0 });
  // Whoever embeds elsewhere makes vectors alone.
  await runEmbed(server, [folder, '-c', 'direct', '--no-token-vectors'], { home });
  const direct = await contentsOf(connection, 'direct');
  expect(direct.size).toBe(summary.chunks);
  expect(await contentsOf(connection, 'elsewhere')).toEqual(direct);
  const { createdAt: _at, ...card } = (await readCard(connection, 'direct')) ?? { createdAt: '' };
  expect(await readCard(connection, 'elsewhere')).toMatchObject(card);

  const again = await runEmbed(server, [folder, '-c', 'elsewhere'], { home });
  expect(again.summary).toMatchObject({ unchanged: summary.chunks, embedded: 0, written: 0, removed: 0 });
});
