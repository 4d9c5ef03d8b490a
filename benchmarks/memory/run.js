/**
 * The highest memory of every command that moves points. `npm run build` first; then `node benchmarks/memory/run.js`.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeHost } from '../host.js';
import { keepRun, reportBars } from '../keep-run.js';
import { startQdrant } from '../qdrant-server.js';
import { makeVectorsFile } from '../upload/make-file.js';
import { runQdx } from '../upload/run-upload.js';

const mostBytes = 500_000_000;

const { values } = parseArgs({
  options: {
    points: { type: 'string', default: '200000' },
    only: { type: 'string', multiple: true },
    out: { type: 'string' },
  },
});
const points = Number(values.points);
const folder = mkdtempSync(join(tmpdir(), 'qdx-bench-memory-'));
const home = join(folder, 'home');
mkdirSync(home);
const file = join(folder, 'docs.jsonl');
const backup = join(folder, 'backup');
const snapshot = join(folder, 'snapshot');

/** In this order: some need what others made. */
const commands = {
  upload: ['upload', file, '-c', 'docs', '--no-wait'],
  backup: ['backup', 'docs', '--to', backup],
  verify: ['verify', backup],
  'verify --against': ['verify', 'docs', '--against', backup],
  restore: ['restore', backup, '--as', 'restored', '--yes', '--no-wait'],
  'backup --snapshot': ['backup', 'docs', '--snapshot', '--to', snapshot],
  'restore of a snapshot': ['restore', snapshot, '--as', 'recovered', '--yes', '--no-wait'],
  migrate: ['migrate', 'docs', 'migrated', '--yes', '--no-wait'],
  'upload --force': ['upload', file, '-c', 'docs', '--force', '--yes', '--no-wait'],
};

const server = await startQdrant(join(folder, 'server'));
const rows = [];
try {
  await makeVectorsFile(file, { count: points, format: 'base64' });
  for (const [command, args] of Object.entries(commands)) {
    if (values.only && !values.only.includes(command) && command !== 'upload') continue;
    const { wallMs, peakRssBytes } = await runQdx([...args, '--url', server.url, '--progress', 'none'], home);
    if (peakRssBytes === 0) throw new Error('memory can be read on Linux only');
    rows.push({ command, wallMs, peakRssBytes, pointsPerSecond: Math.round((points / wallMs) * 1000) });
    console.log(`${command}: ${Math.round(peakRssBytes / 1e6)} MB, ${(wallMs / 1000).toFixed(1)} s`);
  }
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
const bars = rows.map(({ command, peakRssBytes }) => ({
  title: `${command}, MB`,
  figure: Math.round(peakRssBytes / 1e6),
  bar: `below ${mostBytes / 1e6}`,
  isMet: peakRssBytes < mostBytes,
}));
reportBars(bars);
keepRun({ host: await describeHost(), points, bars, rows }, import.meta.url, values.out);
