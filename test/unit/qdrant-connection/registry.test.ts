import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { closeAll, idleMs, openConnection, openConnections } from '../../../src/core/qdrant/connection/registry.ts';
import { connectionOptions } from '../../helpers/connection-options.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(async () => {
  await closeAll();
  vi.useRealTimers();
});

const open = () => openConnection(connectionOptions('http://127.0.0.1:1'));

test('an idle connection is closed when its time is over', async () => {
  await open().close();
  vi.advanceTimersByTime(idleMs - 1);
  expect(openConnections()).toBe(1);
  vi.advanceTimersByTime(1);
  expect(openConnections()).toBe(0);
});
test('opened again in time, it is kept', async () => {
  await open().close();
  vi.advanceTimersByTime(idleMs - 1);
  const again = open();
  vi.advanceTimersByTime(10 * idleMs);
  expect(openConnections()).toBe(1);
  await again.close();
});
test('in use by another, it is kept', async () => {
  const other = open();
  await open().close();
  vi.advanceTimersByTime(10 * idleMs);
  expect(openConnections()).toBe(1);
  await other.close();
});
test('a bad URL and a key in the clear are refused before anything is opened', () => {
  expect(() => openConnection(connectionOptions('localhost'))).toThrow(expect.objectContaining({ kind: 'usage' }));
  expect(() => openConnection(connectionOptions('http://qdrant', { apiKey: 'k' }))).toThrow(
    expect.objectContaining({ kind: 'refused' }),
  );
  expect(openConnections()).toBe(0);
});
