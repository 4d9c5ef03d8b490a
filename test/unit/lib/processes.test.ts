import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  isProcessAlive,
  machineId,
  ownProcess,
  processesWith,
  processIdentity,
  processInfo,
  sendSignal,
} from '../../../src/lib/processes.ts';

let sleeper: ChildProcess;
beforeAll(async () => {
  const args = ['-e', 'setTimeout(() => {}, 60000)', 'x', '--config-path', '/a b/server.yaml'];
  sleeper = spawn(process.execPath, args);
  await once(sleeper, 'spawn');
});
afterAll(() => {
  sleeper.kill('SIGKILL');
});

test('a process knows itself, and one that is not there is unknown', async () => {
  const own = await ownProcess();
  expect(await processInfo(process.pid)).toMatchObject({ startedAt: own.startedAt });
  expect(await processInfo(2 ** 22 + 1)).toBeUndefined();
  expect(processIdentity()).toMatchObject({ pid: process.pid, machine: machineId() });
});

test.skipIf(process.platform !== 'linux')('the machine has a name that stays, fit for file names', () => {
  expect(machineId()).toMatch(/^[0-9a-f]{12}$/);
  expect(machineId()).toBe(machineId());
});

const wanted: readonly [string, readonly string[], boolean][] = [
  ['its arguments', ['--config-path', '/a b/server.yaml'], true],
  ['a path that begins like its own', ['--config-path', '/a b/server.yam'], false],
  ['a path that ends like its own', ['--config-path', 'b/server.yaml'], false],
  ['its arguments as one', ['--config-path /a b/server.yaml'], false],
  ['its arguments in another order', ['/a b/server.yaml', '--config-path'], false],
];
test.skipIf(process.platform !== 'linux').each(wanted)('found by %s: %#', (_title, args, isFound) => {
  expect(processesWith(...args).includes(sleeper.pid ?? 0)).toBe(isFound);
});

test('a signal to a process that is gone is no error', () => {
  expect(sendSignal(2 ** 22 + 1, 'SIGTERM')).toBe(false);
});

test.skipIf(process.getuid?.() === 0)('a signal to a process of another user is refused in words', () => {
  expect(() => sendSignal(1, 'SIGTERM')).toThrow(expect.objectContaining({ kind: 'denied' }));
});

test.skipIf(process.platform !== 'linux')('one that has ended and was never collected is gone', async () => {
  // What the shell became never asks how its child ended; the shell itself would, so it is gone before the child ends.
  const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60']);
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(String(line));
  const said = (id: number | undefined, file: string) => () => readFileSync(`/proc/${id}/${file}`, 'utf8');
  await expect.poll(said(parent.pid, 'cmdline')).toMatch(/^sleep/);
  process.kill(pid, 'SIGKILL');
  await expect.poll(said(pid, 'stat')).toContain(') Z ');
  expect(isProcessAlive(pid)).toBe(false);
  expect(isProcessAlive(parent.pid ?? 0)).toBe(true);
  parent.kill('SIGKILL');
});
