/**
 * What the suites that measure one collection's texts or points begin with.
 */
import { chooseCollections } from '../../core/retrieval/choose-collections.ts';
import { QdxError } from '../../lib/errors.ts';
import type { CommandContext, CommandInput } from '../command.ts';

export async function oneCollection({ flags }: CommandInput, context: CommandContext, suite: 'embed' | 'upload') {
  const names = typeof flags['collection'] === 'string' ? [flags['collection']] : [];
  const { settings } = await context.settings(names[0]);
  const connection = await context.connect();
  const [collection, ...more] = await chooseCollections(connection, names, [], context, {
    command: `qdx bench ${suite} -c NAME`,
  });
  if (collection === undefined || more.length > 0)
    throw new QdxError('usage', `bench ${suite} is for one collection: name it with -c`);
  return { collection, connection, settings };
}

/** `1,2,4`, checked by the schema. */
export const numbersOf = (list: string): number[] => list.split(',').map(Number);
