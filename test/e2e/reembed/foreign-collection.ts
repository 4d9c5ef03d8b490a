/**
 * A collection as another program makes it: 3584 dimensions, payload keys of its own, no card; real text, vectors of no meaning.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { pointsPath } from '../../../src/core/qdrant/collection/points.ts';

const root = fileURLToPath(new URL('../../../fixtures/demo/', import.meta.url));

export const oldDimension = 3584;

export interface ForeignPoint {
  readonly id: number;
  readonly payload: { readonly page_content: string; readonly file: string; readonly page: number };
}

/** Paragraphs of the demo corpus, at most `limit`. */
export function paragraphs(limit: number): ForeignPoint[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
  return files
    .toSorted()
    .flatMap((name) =>
      readFileSync(join(root, name), 'utf8')
        .split(/\n{2,}/u)
        .filter((text) => text.trim().length > 60)
        .map((text, page) => ({ page_content: text, file: name, page })),
    )
    .slice(0, limit)
    .map((payload, index) => ({ id: index + 1, payload }));
}

/** Numbers that are the same for the same seed, and of no meaning. */
function noise(seed: number, dimension = oldDimension): number[] {
  let state = seed * 2_654_435_761;
  return Array.from({ length: dimension }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.fround(state / 2_147_483_648 - 0.5);
  });
}

/** `physical`, and `alias` that leads to it; without one it is plain. */
export async function makeForeign(
  connection: Connection,
  {
    physical,
    alias,
    points,
  }: { readonly physical: string; readonly alias?: string; readonly points: readonly ForeignPoint[] },
): Promise<void> {
  const body = { vectors: { size: oldDimension, distance: 'Cosine', on_disk: true } };
  await connection.request('PUT', `/collections/${physical}`, { body });
  for (let start = 0; start < points.length; start += 100)
    await connection.request('PUT', pointsPath(physical), {
      query: { wait: true },
      body: { points: points.slice(start, start + 100).map((point) => ({ ...point, vector: noise(point.id) })) },
    });
  if (alias === undefined) return;
  const actions = [{ create_alias: { alias_name: alias, collection_name: physical } }];
  await connection.request('POST', '/collections/aliases', { body: { actions } });
}
