/**
 * What the suites that measure one collection's texts or points begin with.
 */
import { chooseCollections } from '../../core/retrieval/choose-collections.ts';
import { QdxError } from '../../lib/errors.ts';
import type { CommandContext } from '../command.ts';

export async function oneCollection(named: unknown, context: CommandContext) {
  const names = typeof named === 'string' ? [named] : [];
  const { settings } = await context.settings(names[0]);
  const connection = await context.connect();
  const [collection, ...more] = await chooseCollections(connection, names, [], context, {
    command: 'qdx bench upload -c NAME',
  });
  if (collection === undefined || more.length > 0) throw new QdxError('usage', 'name one collection with -c');
  return { collection, connection, settings };
}

/** `1,2,4`, checked by the schema. */
export const numbersOf = (list: string): number[] => list.split(',').map(Number);
