/** The pool with workers that the test plays: a native crash cannot be ordered from ONNX Runtime. */
import { expect, test } from 'vitest';
import type { EncodedText } from '../../../src/core/models/encoder.ts';
import { WorkerPool } from '../../../src/core/models/workers/worker-pool.ts';
import type { WorkerListeners } from '../../../src/core/models/workers/worker.ts';
import type { WorkOrder, WorkerOrder } from '../../../src/core/models/workers/messages.ts';
import type { TextRequest } from '../../../src/core/models/encoders/text-encoder.ts';
import { TextCrashError } from '../../../src/core/models/text-crash.ts';
import type { QdxEvent } from '../../../src/lib/events.ts';

const encoded = (text: string): EncodedText => ({
  vector: Float32Array.of(text.length),
  tokenCount: text.length,
  truncated: false,
});

/** Opens at once, answers in order; ends with SIGSEGV when it begins a text with `crash` in it. */
class PlayedWorker {
  readonly pid = undefined;
  private readonly listeners: WorkerListeners<EncodedText>;
  private orders: Promise<void> = Promise.resolve();
  private dead = false;

  constructor(listeners: WorkerListeners<EncodedText>, opens: boolean) {
    this.listeners = listeners;
    queueMicrotask(() => (opens ? listeners.onAnswer({ type: 'ready' }) : this.die('exit code 1')));
  }

  send(order: WorkerOrder<TextRequest>): void {
    if (order.type === 'work') this.orders = this.orders.then(() => this.obey(order));
  }

  kill(): void {
    this.dead = true;
  }

  private async obey({ id, requests }: WorkOrder<TextRequest>): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.dead) return;
    const texts = requests.map(({ text }) => text);
    if (texts.some((text) => text.includes('crash'))) this.die('SIGSEGV');
    else if (texts.includes('refuse'))
      this.listeners.onAnswer({ type: 'failed', id, error: { kind: 'usage', message: 'no', hint: 'h' } });
    else this.listeners.onAnswer({ type: 'done', id, results: texts.map(encoded) });
  }

  private die(how: string): void {
    this.dead = true;
    this.listeners.onEnd(how, 'last words');
  }
}

function createPool(options: { workers?: number; textsPerOrder?: number; opens?: boolean } = {}) {
  const events: QdxEvent[] = [];
  let starts = 0;
  const pool = new WorkerPool<TextRequest, EncodedText>({
    what: 'encoder',
    workers: options.workers ?? 2,
    textsPerOrder: options.textsPerOrder ?? 1,
    start: (listeners) => {
      starts++;
      return new PlayedWorker(listeners, options.opens ?? true);
    },
    onEvent: (event) => events.push(event),
  });
  const encodeAll = (texts: readonly string[]) =>
    Promise.allSettled(texts.map((text) => pool.run({ text, tokenVectors: false })));
  return { pool, events, encodeAll, starts: () => starts };
}

const lengths = (results: readonly PromiseSettledResult<EncodedText>[]): (number | string)[] =>
  results.map((result) => (result.status === 'fulfilled' ? result.value.tokenCount : String(result.reason)));

const layouts = [
  { workers: 1, textsPerOrder: 1 },
  { workers: 2, textsPerOrder: 1 },
  { workers: 3, textsPerOrder: 4 },
];

test.each(layouts)('%j: every text gets its own answer', async (layout) => {
  const { encodeAll } = createPool(layout);
  const texts = Array.from({ length: 50 }, (_, index) => 'x'.repeat(index));
  expect(lengths(await encodeAll(texts))).toEqual(texts.map(({ length }) => length));
});

test.each(layouts)('F34: %j: a crash costs the text that causes it, the others are encoded', async (layout) => {
  const { encodeAll, events, starts } = createPool(layout);
  const results = await encodeAll(['aa', 'crash here', 'bbb', 'c', 'dd', 'eee']);
  expect(lengths(results)).toEqual([
    2,
    expect.stringContaining('ended twice (SIGSEGV) on a text of 10 characters that begins "crash here"'),
    3,
    1,
    2,
    3,
  ]);
  expect((results[1] as PromiseRejectedResult).reason).toBeInstanceOf(TextCrashError);
  expect(starts()).toBe(layout.workers + 2);
  expect(events.map((event) => event.type)).toEqual(['warning', 'warning']);
});

test('F34: a process that ends as it starts is not started for ever', async () => {
  const { pool, encodeAll, starts } = createPool({ opens: false, workers: 1 });
  const results = encodeAll(['a']);
  await expect(pool.opened).rejects.toMatchObject({
    kind: 'failed',
    message: expect.stringContaining('exit code 1): last words') as string,
  });
  expect(lengths(await results)[0]).toContain('ends as it starts');
  expect(starts()).toBe(3);
});

test('an error of one text is that text’s alone', async () => {
  const { encodeAll } = createPool();
  const results = await encodeAll(['a', 'refuse', 'bb']);
  expect(lengths(results)).toEqual([1, 'QdxError: no', 2]);
});

test('the end of the pool rejects at once what has no answer', async () => {
  const { pool, encodeAll } = createPool();
  const results = encodeAll(['a', 'b', 'c', 'd', 'e', 'f']);
  pool.end(new Error('stopped'));
  expect(new Set(lengths(await results))).toEqual(new Set(['Error: stopped']));
  await expect(pool.run({ text: 'g', tokenVectors: false })).rejects.toThrow('stopped');
});

test('a text whose signal is aborted is rejected at once, the others go on', async () => {
  const { pool, encodeAll } = createPool({ workers: 1 });
  const controller = new AbortController();
  const others = encodeAll(['a', 'bb', 'ccc']);
  const stopped = pool.run({ text: 'dddd', tokenVectors: false }, controller.signal);
  controller.abort();
  await expect(stopped).rejects.toMatchObject({ kind: 'interrupted' });
  expect(lengths(await others)).toEqual([1, 2, 3]);
});
