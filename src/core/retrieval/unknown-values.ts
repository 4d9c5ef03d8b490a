/**
 * No hits at all: perhaps a filter asks for a value that no point has. Asked only then, so that a search that finds something
 * pays nothing for it.
 */
import { isQdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import { nearestNames } from '../../lib/nearest.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import { keyOf, type PayloadKeys } from '../qdrant/collection/payload-keys.ts';
import type { SearchFilters } from './params.ts';

export interface FilteredCollection {
  readonly name: string;
  readonly payloadKeys: PayloadKeys | undefined;
}

/** Says of each language or subdirectory that no collection has which ones there are, the nearest first. */
export async function tellUnknownValues(
  connection: Connection,
  collections: readonly FilteredCollection[],
  filters: Pick<SearchFilters, 'languages' | 'subdirectories'>,
  run: RunOptions,
): Promise<void> {
  const asked = { language: filters.languages, subdirectory: filters.subdirectories };
  for (const field of ['language', 'subdirectory'] as const) {
    if (asked[field].length === 0) continue;
    const known = await Promise.all(collections.map((one) => valuesOf(connection, one, field, run)));
    const values = [...new Set(known.flat())];
    for (const value of asked[field].filter((one) => values.length > 0 && !values.includes(one))) {
      const nearest = nearestNames(value, values).slice(0, 5).join(', ');
      const names = collections.map(({ name }) => name).join(' and ');
      run.onEvent?.({ type: 'note', message: `no ${field} of ${names} is ${value}; there are: ${nearest}` });
    }
  }
}

const mostValues = 1_000;

/** Empty where the server cannot list them (the field has no index): then nothing can be said. */
async function valuesOf(
  connection: Connection,
  { name, payloadKeys }: FilteredCollection,
  field: 'language' | 'subdirectory',
  { signal }: RunOptions,
): Promise<string[]> {
  const body = { key: keyOf(field, payloadKeys), limit: mostValues };
  const path = `/collections/${encodeURIComponent(name)}/facet`;
  try {
    const options = { body, ...(signal && { signal }) };
    const { hits } = await connection.request<{ hits: { value: unknown }[] }>('POST', path, options);
    return hits.map(({ value }) => String(value));
  } catch (error) {
    if (isQdxError(error)) return [];
    throw error;
  }
}
