/**
 * `npm test`: everything that must hold, in order of cost; stops at the first step that fails.
 * Ends with the test runner's own summary and, alone on a line, `N passed, N failed`.
 */
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execaSync } from 'execa';

const steps = [
  ['format', 'oxfmt', ['--check', '.']],
  // Before the types: tests of workers import what is built.
  ['build', 'npm', ['run', '--silent', 'build']],
  ['types', 'tsc', []],
  ['lint and layers', 'oxlint', ['--type-aware', '--deny-warnings', 'src', 'test', 'scripts', 'benchmarks']],
  ['dead code', 'knip', []],
  ['generated files', 'node', ['scripts/generate.js', '--check']],
  ['specifications', 'openspec', ['validate', '--specs', '--strict', '--no-interactive']],
  ['package', 'publint', ['--strict']],
  [
    'package types',
    'attw',
    ['--pack', '.', '--profile', 'esm-only', '--no-emoji', '--no-definitely-typed', '--format', 'ascii'],
  ],
];

/** No tool of a test run tells anybody of it. */
const env = { DO_NOT_TRACK: '1', OPENSPEC_TELEMETRY: '0' };

for (const [title, command, args] of steps) run(title, command, args);
process.exitCode = runTests();

function run(title, command, args) {
  const started = performance.now();
  const { exitCode } = execaSync(command, args, { preferLocal: true, stdio: 'inherit', reject: false, env });
  console.log(`${exitCode === 0 ? 'ok' : 'FAILED'}: ${title} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  if (exitCode === 0) return;
  console.log('\n0 passed, 1 failed');
  process.exit(exitCode ?? 1);
}

/** Runs every vitest project and repeats its counts in the one line that any tool can read. */
function runTests() {
  const report = join(tmpdir(), `qdx-test-report-${process.pid}.json`);
  const args = [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ];
  const { exitCode } = execaSync('vitest', args, { preferLocal: true, stdio: 'inherit', reject: false });
  try {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'));
    const failed = exitCode === 0 ? numFailedTests : Math.max(1, numFailedTests);
    if (numPendingTests > 0) console.log(`\n${numPendingTests} skipped, each with its reason in its title`);
    console.log(`\n${numPassedTests} passed, ${failed} failed`);
  } catch {
    console.log('\n0 passed, 1 failed');
  } finally {
    rmSync(report, { force: true });
  }
  return exitCode ?? 1;
}
