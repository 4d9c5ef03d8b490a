/**
 * A stream of pages, item by item; and two such streams side by side, in the order of ids.
 */
import { compareIds, type IdToken } from './point-order.ts';

export interface Cursor<T> {
  /** Null at the end. */
  peek(): Promise<T | null>;
  advance(): void;
  /** Ends the stream before its time. */
  close(): Promise<void>;
}

export function createCursor<T>(pages: AsyncIterable<readonly T[]>): Cursor<T> {
  const iterator = pages[Symbol.asyncIterator]();
  let page: readonly T[] = [];
  let at = 0;
  return {
    async peek() {
      while (at >= page.length) {
        const next = await iterator.next();
        if (next.done) return null;
        [page, at] = [next.value, 0];
      }
      return page[at] ?? null;
    },
    advance() {
      at++;
    },
    async close() {
      await iterator.return?.();
    },
  };
}

interface WithId {
  readonly id: IdToken;
}

/** The item of an id, which is taken; null: there is none. What lies before it is passed by. */
export async function takeAt<T extends WithId>(
  cursor: Cursor<T>,
  id: IdToken,
  onPassed: (item: T) => void = () => {},
): Promise<T | null> {
  let item = await cursor.peek();
  for (; item && compareIds(item.id, id) < 0; cursor.advance(), item = await cursor.peek()) onPassed(item);
  if (item?.id !== id) return null;
  cursor.advance();
  return item;
}

/** To the end of the stream. */
export async function passRest<T>(cursor: Cursor<T>, onPassed: (item: T) => void): Promise<void> {
  for (let item = await cursor.peek(); item; cursor.advance(), item = await cursor.peek()) onPassed(item);
}

/** Each id of two streams that ascend, with what either has of it. */
export async function* pairById<T extends WithId>(
  left: AsyncIterable<readonly T[]>,
  right: AsyncIterable<readonly T[]>,
): AsyncGenerator<readonly [T, T | null] | readonly [null, T], void, undefined> {
  const [a, b] = [createCursor(left), createCursor(right)];
  try {
    for (;;) {
      const [first, second] = [await a.peek(), await b.peek()];
      if (!first && !second) return;
      const order = !first ? 1 : !second ? -1 : compareIds(first.id, second.id);
      if (first && order <= 0) yield [first, order === 0 ? second : null];
      else if (second) yield [null, second];
      if (order <= 0) a.advance();
      if (order >= 0) b.advance();
    }
  } finally {
    await Promise.all([a.close(), b.close()]);
  }
}
