/**
 * A backup whose disk is full (F6): one sentence, no manifest, nothing under a final name that is not whole; and with space again
 * the same command goes on.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyBackup } from '../../../src/core/transfer/backup-folder/verify-backup.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { environmentOf, temporaryHome } from '../../helpers/run-qdx.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const bin = fileURLToPath(new URL('../../../bin/qdx.js', import.meta.url));
const inNamespace = ['unshare', '--map-root-user', '--mount', 'sh', '-c'] as const;
const canMount = spawnSync('unshare', [...inNamespace.slice(1), 'mount -t tmpfs tmpfs /mnt']).status === 0;
let server: RunningQdrant;

beforeAll(async () => {
  server = await startQdrant();
  const connection = connectTo(server);
  await connection.request('PUT', '/collections/docs', { body: { vectors: { size: 2, distance: 'Dot' } } });
  const text = 'x'.repeat(8000);
  const points = Array.from({ length: 250 }, (_, id) => ({ id, vector: [id, 1], payload: { text } }));
  await connection.request('PUT', '/collections/docs/points', { query: { wait: true }, body: { points } });
});

afterAll(async () => server.kill());

/** Lines of a shell in which `backup` is the command. */
function runShell(command: readonly string[], lines: readonly string[], folder: string) {
  const backup = `"${process.execPath}" "${bin}" backup docs --to "${folder}" --part-points 50 --parallel 1 --progress none`;
  const script = [`backup() { ${backup}; echo "exit $?"; }`, ...lines].join('\n');
  const env = { ...environmentOf(temporaryHome()), QDX_URL: server.url };
  const [program = '', ...args] = command;
  return spawnSync(program, [...args, script], { env, encoding: 'utf8' });
}

test.runIf(canMount)('F6: a full disk, and then a larger one (a tmpfs of its own; where that may be mounted)', () => {
  const folder = join(temporaryFolder(), 'small');
  mkdirSync(folder);
  const mount = (options: string) => `mount -t tmpfs -o ${options} tmpfs "${folder}"`;
  const lines = [mount('size=1m'), 'backup', `ls "${folder}"/*`, mount('remount,size=64m'), 'backup', `ls "${folder}"`];
  const { stdout, stderr } = runShell(inNamespace, lines, folder);
  expect(stderr).toMatch(/^error: cannot write \S+part-00000\d\.jsonl: the disk is full$/mu);
  expect(stderr).toContain('free some space there, then run the same command again');
  const [first = '', second = ''] = stdout.split('exit 1\n');
  expect(first).toBe('');
  expect(second.split('docs:')[0]).toMatch(/journal\.jsonl/u);
  expect(second.split('docs:')[0]).not.toMatch(/partial|manifest/u);
  expect(second).toContain('after an earlier run');
  expect(second).toMatch(/exit 0\n(.*\n)*manifest\.json/u);
});

test('F6: a file that may not become so large (ulimit -f), and then may', async () => {
  const folder = join(temporaryFolder(), 'limited');
  const { stdout, stderr } = runShell(['sh', '-c'], ['ulimit -f 256', 'backup'], folder);
  expect(stdout).toBe('exit 1\n');
  expect(stderr).toMatch(/^error: cannot write \S+part-000001\.jsonl: it may not become larger here$/mu);
  await expect(verifyBackup(folder)).rejects.toThrow('is an unfinished backup');
  expect(readdirSync(join(folder, '001-docs'))).toEqual(['collection.json']);
  expect(runShell(['sh', '-c'], ['backup'], folder).stdout).toMatch(/after an earlier run(.*\n)*exit 0\n$/u);
  expect((await verifyBackup(folder)).problems).toEqual([]);
});
