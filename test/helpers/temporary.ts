/**
 * Temporary folders of tests, all below one root of this run, so that the global teardown finds what was left behind.
 */
import { mkdirSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Root of this run: set by global-setup.ts, else made once for each process. */
export function temporaryRoot(): string {
  process.env['QDX_TEST_ROOT'] ??= mkdtempSync(join(realpathSync(tmpdir()), 'qdx-test-'));
  mkdirSync(process.env['QDX_TEST_ROOT'], { recursive: true });
  return process.env['QDX_TEST_ROOT'];
}

export const temporaryFolder = (name = 'folder'): string => mkdtempSync(join(temporaryRoot(), `${name}-`));
