/** Signals that reach the whole group of processes are the parent's to answer: encoder processes work on. From dist. */
import { execFileSync } from 'node:child_process';
import { afterAll, expect, test } from 'vitest';
import { findModel } from '../../../dist/core/models/find-model.js';
import { openEncoder } from '../../../dist/core/models/open-encoder.js';
import type { QdxEvent } from '../../../src/lib/events.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const cacheFolder = temporaryFolder('cache');
const events: QdxEvent[] = [];
const model = await findModel('all-MiniLM-L6-v2', { cacheFolder });
const run = { onEvent: (event: QdxEvent) => void events.push(event) };
const encoder = await openEncoder(model, { device: 'cpu', workers: 2, use: 'bulk', cacheFolder }, run);
afterAll(() => encoder.close());

const encoderProcesses = (): number[] =>
  execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes('model-process'))
    .map((line) => Number.parseInt(line, 10));

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s ends none of them, and none is reported as crashed',
  async (signal) => {
    const before = encoderProcesses();
    expect(before).toHaveLength(2);
    const texts = Array.from({ length: 20 }, (_, index) => `Text ${index} is encoded while a signal comes.`);
    const running = Promise.all(texts.map((text) => encoder.encode(text, { role: 'document' })));
    for (const pid of before) process.kill(pid, signal);
    expect(await running).toHaveLength(20);
    expect([encoderProcesses(), events]).toEqual([before, []]);
  },
);
