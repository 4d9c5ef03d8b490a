/**
 * How long does an agent wait for a search of `qdx mcp`? Asked by the official client, over both transports, one query after
 * the other, each query once; and what the first one costs, and one process a query.
 */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeHost, median, round, timed } from '../host.js';
import { keepRun, reportBars } from '../keep-run.js';
import { bars } from './bars.js';

const rounds = Number(process.argv[2] ?? 4);
const root = fileURLToPath(new URL('../../', import.meta.url));
const bin = join(root, 'bin/qdx.js');
const work = mkdtempSync(join(tmpdir(), 'qdx-mcp-'));
const env = {
  PATH: process.env.PATH,
  HOME: work,
  XDG_CACHE_HOME: join(work, 'cache'),
  XDG_CONFIG_HOME: join(work, 'config'),
  XDG_DATA_HOME: join(work, 'data'),
};
const clientInfo = { name: 'qdx-benchmark', version: '1' };

try {
  const host = await describeHost();
  run(['embed', '-c', 'docs', join(root, 'docs'), '-q']);
  run(['embed', '-c', 'demo', join(root, 'fixtures/demo'), '-q']);
  const queries = headings(join(root, 'docs'));
  const processMs = [];
  for (const query of queries.slice(0, 10)) processMs.push(await timed(() => run(['search', query, '-c', 'docs'])));
  const transports = { stdio: await overStdio(queries), http: await overHttp(queries) };
  const figures = Object.fromEntries(
    Object.entries(transports).map(([name, { firstMs, timesMs }]) => [
      name,
      {
        p50: percentile(timesMs, 50),
        p95: percentile(timesMs, 95),
        p99: percentile(timesMs, 99),
        firstMs: round(firstMs),
      },
    ]),
  );
  const report = {
    schemaVersion: 1,
    host,
    queries: queries.length,
    rounds,
    bars,
    figures,
    oneProcessMs: round(median(processMs)),
    transports,
  };
  for (const [name, { p50, p95, p99, firstMs }] of Object.entries(figures))
    console.log(`${name.padEnd(6)} p50 ${p50} ms  p95 ${p95} ms  p99 ${p99} ms  first call ${firstMs} ms`);
  console.log(`one process a query: ${report.oneProcessMs} ms`);
  reportBars(
    Object.entries(figures).map(([name, { p95 }]) => ({
      title: `p95 of search over ${name}`,
      figure: `${p95} ms`,
      bar: `below ${bars.p95Ms} ms`,
      isMet: p95 < bars.p95Ms,
    })),
  );
  keepRun(report, import.meta.url);
} finally {
  spawnSync(process.execPath, [bin, 'server', 'stop'], { env });
  rmSync(work, { recursive: true, force: true });
}

/** Headings of the documentation: short, of many words, and with answers. */
function headings(folder) {
  const pages = ['search.md', 'embed.md', 'upload.md', 'models.md', 'collections.md', 'server.md', 'backup.md'];
  const found = pages.flatMap((page) => [...readFileSync(join(folder, page), 'utf8').matchAll(/^##+ (.+)$/gm)]);
  return [...new Set(found.map(([, heading]) => heading))];
}

async function overStdio(queries) {
  const args = [bin, 'mcp'];
  const transport = new StdioClientTransport({ command: process.execPath, args, env, cwd: work, stderr: 'ignore' });
  return measure(transport, queries);
}

async function overHttp(queries) {
  const token = 'a-token-for-the-benchmark';
  const args = [bin, 'mcp', '--http', '--port', '0', '--calls-per-minute', '1000000'];
  const server = spawn(process.execPath, args, { env: { ...env, QDX_MCP_TOKEN: token }, cwd: work });
  try {
    let talk = '';
    while (!talk.includes('serving at')) talk += String((await once(server.stderr, 'data'))[0]);
    const url = new URL(/serving at (\S+);/.exec(talk)[1]);
    const requestInit = { headers: { authorization: `Bearer ${token}` } };
    return await measure(new StreamableHTTPClientTransport(url, { requestInit }), queries);
  } finally {
    server.kill();
  }
}

async function measure(transport, queries) {
  const client = new Client(clientInfo);
  await client.connect(transport);
  const ask = async (query) => {
    const { isError, structuredContent } = await client.callTool({ name: 'search', arguments: { query } });
    if (isError || structuredContent.results.length === 0) throw new Error(`no answer to ${query}`);
  };
  const firstMs = await timed(() => ask(queries[0]));
  for (const query of queries.slice(0, 10)) await ask(`${query}?`);
  const timesMs = [];
  // Each round in words of its own: a query that was asked before is remembered.
  for (let turn = 0; turn < rounds; turn++)
    for (const query of queries) timesMs.push(round(await timed(() => ask(`${query} ${turn}`))));
  await client.close();
  return { firstMs, timesMs };
}

function percentile(times, percent) {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((percent / 100) * sorted.length) - 1)];
}

function run(args) {
  const { status, stderr } = spawnSync(process.execPath, [bin, ...args], { cwd: work, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
}
