/**
 * `npm run test:inspector`: `qdx mcp` by the command line of the MCP Inspector, over both transports. The Inspector has an
 * install script, asks for Node 22.19 and brings a hundred packages, so that no development dependency installs it: it is
 * fetched into a temporary folder, without running that script, with a Node of npm's own `node-<platform>-<arch>` where this
 * one is older. What ran, and how it went, is kept in test/e2e/mcp/inspector-runs.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execaSync } from 'execa';

const root = fileURLToPath(new URL('..', import.meta.url));
const inspector = '@modelcontextprotocol/inspector@2.12.0';
const oldestNode = '22.19.0';
const platform = process.platform === 'win32' ? 'win' : process.platform;
const nodePackage = `node-${platform}-${process.arch}`;
const folder = mkdtempSync(join(tmpdir(), 'qdx-inspector-'));

try {
  execaSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
  const isOld = process.version.localeCompare(`v${oldestNode}`, 'en', { numeric: true }) < 0;
  fetch([inspector, ...(isOld ? [`${nodePackage}@24`] : [])]);
  const node = isOld ? join(folder, 'node_modules', nodePackage, 'bin', 'node') : process.execPath;
  process.exitCode = runTests(node);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function fetch(packages) {
  const quiet = ['--ignore-scripts', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  execaSync('npm', ['install', '--prefix', folder, ...quiet, ...packages], { stdio: 'inherit' });
}

/** @returns The exit code of the tests. */
function runTests(node) {
  const launcher = join(folder, 'node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js');
  const report = join(folder, 'report.json');
  const env = { ...process.env, QDX_TEST_INSPECTOR: launcher, QDX_TEST_INSPECTOR_NODE: node };
  const only = ['run', '--project', 'e2e', 'test/e2e/mcp/inspector.test.ts'];
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { exitCode } = execaSync('node', ['node_modules/vitest/vitest.mjs', ...only, ...reporters], {
    cwd: root,
    env,
    stdio: 'inherit',
    reject: false,
  });
  keep(JSON.parse(readFileSync(report, 'utf8')), execaSync(node, ['--version']).stdout);
  return exitCode ?? 1;
}

function keep({ numPassedTests: passed, numFailedTests: failed, testResults }, inspectorNode) {
  const date = new Date().toISOString();
  const tests = testResults[0].assertionResults.map(({ title, status, duration }) => ({
    title,
    status,
    durationMs: Math.round(duration ?? 0),
  }));
  const runs = join(root, 'test/e2e/mcp/inspector-runs');
  const file = join(runs, `${date.slice(0, 19).replaceAll(':', '')}.json`);
  mkdirSync(runs, { recursive: true });
  const run = { date, inspector, inspectorNode, qdxNode: process.version, passed, failed, tests };
  writeFileSync(file, `${JSON.stringify(run, null, 2)}\n`);
  console.log(relative(process.cwd(), file));
}
