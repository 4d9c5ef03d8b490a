/** Encoder processes stand back for the process that feeds them, which is to answer Ctrl-C at once. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { getPriority } from 'node:os';
import { expect, test } from 'vitest';
import { findModel } from '../../../dist/core/models/find-model.js';
import { openEncoder } from '../../../dist/core/models/open-encoder.js';
import { temporaryFolder } from '../../helpers/temporary.ts';

const onLinux = process.platform === 'linux';

/** Processes that this one has started and that hold a model. */
const encoderPids = (): number[] =>
  execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes('model-process'))
    .map((line) => Number.parseInt(line, 10));

test.runIf(onLinux)('each thread of an encoder process runs five steps below its parent (Linux only)', async () => {
  const cacheFolder = temporaryFolder('cache');
  const model = await findModel('all-MiniLM-L6-v2', { cacheFolder });
  const encoder = await openEncoder(model, { device: 'cpu', workers: 2, use: 'bulk', cacheFolder });
  try {
    await encoder.encode('one text', { role: 'document' });
    const pids = encoderPids();
    expect(pids).toHaveLength(2);
    const threads = pids.flatMap((pid) => readdirSync(`/proc/${pid}/task`).map(Number));
    expect(threads.map((thread) => getPriority(thread))).toEqual(threads.map(() => getPriority() + 5));
  } finally {
    await encoder.close();
  }
});
