/**
 * `npm run test:node -- 22 24`: all tests on other releases of Node than the one that is installed. Takes the runtime from
 * npm's own `node-<platform>-<arch>` packages, into a temporary folder, without running an install script; what follows a
 * second `--` goes to vitest.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { execaSync } from 'execa';

const root = fileURLToPath(new URL('..', import.meta.url));
const { versions, vitestArgs } = readArguments();
const folder = mkdtempSync(join(tmpdir(), 'qdx-nodes-'));

try {
  if (!run('npm', ['run', '--silent', 'build'], process.env)) process.exit(1);
  const failed = versions.filter((version) => !testOn(version));
  console.log(versions.map((version) => `Node ${version}: ${failed.includes(version) ? 'FAILED' : 'ok'}`).join('\n'));
  process.exitCode = failed.length > 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function readArguments() {
  const { positionals, tokens } = parseArgs({ allowPositionals: true, strict: false, tokens: true });
  const end = tokens.find(({ kind }) => kind === 'option-terminator')?.index;
  const given = end === undefined ? positionals : process.argv.slice(2, 2 + end);
  if (given.length === 0 || !given.every((one) => /^\d+(\.\d+){0,2}$/.test(one))) {
    console.error('usage: npm run test:node -- 22 24 [-- what vitest takes]');
    process.exit(2);
  }
  return { versions: given, vitestArgs: end === undefined ? [] : process.argv.slice(3 + end) };
}

function testOn(version) {
  const bin = fetchNode(version);
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
  const { stdout } = execaSync('node', ['--version'], { env });
  console.log(`\nNode ${stdout}`);
  return run('node', ['node_modules/vitest/vitest.mjs', 'run', ...vitestArgs], env);
}

/** The folder of the binary: bin, on Windows too. */
function fetchNode(version) {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const prefix = join(folder, version);
  const { exitCode } = execaSync(
    'npm',
    ['install', '--prefix', prefix, '--ignore-scripts', '--no-save', '--no-audit', '--no-fund', `${name}@${version}`],
    { stdio: 'inherit', reject: false },
  );
  if (exitCode !== 0) process.exit(exitCode ?? 1);
  return join(prefix, 'node_modules', name, 'bin');
}

function run(command, args, env) {
  const { exitCode } = execaSync(command, args, { cwd: root, env, stdio: 'inherit', reject: false });
  return exitCode === 0;
}
