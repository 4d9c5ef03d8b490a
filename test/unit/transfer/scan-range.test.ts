/**
 * Scans of a range: every point of it once, whatever is expected, and as little beyond it as can be.
 */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { createPagePool } from '../../../src/core/transfer/points/page-memory.ts';
import { type PageSize, scanRange, type ScanInput } from '../../../src/core/transfer/points/scan-range.ts';

/** In place of a server, which does not tell what it was asked for: points 0 to `count` - 1. */
function scrolling(count: number) {
  const filler = 'x'.repeat(100);
  const asked: number[] = [];
  const connection = {
    async requestRaw(_method: string, _path: string, read: (body: Buffer) => unknown, options: RawOptions) {
      const { limit, offset = 0 } = options.body;
      expect(Number.isInteger(limit) && limit > 0).toBe(true);
      asked.push(limit);
      const end = Math.min(count, Number(offset) + limit);
      const points: string[] = [];
      for (let id = Number(offset); id < end; id++)
        points.push(`{"id":${id},"payload":{"t":"${filler}"},"vector":[1.0]}`);
      const text = `{"result":{"points":[${points.join(',')}],"next_page_offset":${end < count ? end : 'null'}}}`;
      const place = options.memory?.(text.length) ?? Buffer.alloc(text.length);
      place.write(text, 'latin1');
      return read(place.subarray(0, text.length));
    },
  } as unknown as Connection;
  return { connection, asked };
}

interface RawOptions {
  readonly body: { readonly limit: number; readonly offset?: bigint };
  readonly memory?: (sizeBytes: number) => Buffer;
}

async function scan(connection: Connection, from: number, to: number | null, more: Partial<ScanInput> = {}) {
  const range = { from: String(from), to: to === null ? null : String(to), shardKey: null };
  const ids: number[] = [];
  for await (const page of scanRange(connection, { physical: 'c', range, pageSize: pagesOf400, ...more }))
    ids.push(...page.map(({ id }) => Number(id)));
  return ids;
}

const pagesOf400: PageSize = { limit: 400, learn: () => {}, shrinkFor: () => false };

const upTo = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

describe('pages of a range', () => {
  test.each([
    ['nothing is expected: whole pages, the last one mostly for nothing', undefined, [400, 400]],
    ['as many as there are: pages that end with the range', 500, [250, 250]],
    ['fewer: small pages, then larger ones', 300, [300, 50, 50, 100]],
    ['more: the last one goes beyond', 900, [300, 300]],
  ])('%s', async (_title, expectedPoints, pages) => {
    const { connection, asked } = scrolling(2_000);
    const more = expectedPoints === undefined ? {} : { expectedPoints };
    expect(await scan(connection, 100, 600, more)).toEqual(upTo(100, 600));
    expect(asked).toEqual(pages);
  });

  test('every point once, whatever is expected', async () => {
    const { connection } = scrolling(700);
    const any = fc.record({
      from: fc.nat(699),
      length: fc.integer({ min: 1, max: 700 }),
      expectedPoints: fc.nat(1_000),
    });
    await fc.assert(
      fc.asyncProperty(any, async ({ from, length, expectedPoints }) => {
        const to = from + length;
        expect(await scan(connection, from, to, { expectedPoints })).toEqual(upTo(from, Math.min(to, 700)));
      }),
      { numRuns: 30 },
    );
  });
});

test('scans of a pool take the same memory again, those at once each their own', async () => {
  const { connection } = scrolling(900);
  const pool = createPagePool();
  const seen = new Set<ArrayBufferLike>();
  const one = async (from: number, to: number) => {
    const range = { from: String(from), to: String(to), shardKey: null };
    const input = { physical: 'c', range, pageSize: pagesOf400, expectedPoints: to - from, pool };
    for await (const page of scanRange(connection, input)) {
      // Another scan reads its page meanwhile.
      await new Promise((resolve) => void setImmediate(resolve));
      for (const { id, line } of page) expect(line.toString('latin1', 0, 20)).toContain(`{"id":${id},`);
      if (page[0]) seen.add(page[0].line.buffer);
    }
  };
  await Promise.all([one(0, 200), one(200, 400)]);
  await Promise.all([one(400, 600), one(600, 800)]);
  expect(seen.size).toBe(2);
});
