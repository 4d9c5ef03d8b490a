/**
 * Which collections a search is for, when none was named.
 */
import { QdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import { shellLine } from '../../lib/shell-line.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import { assertCollectionName, listCollections, liveCollections, publicNames } from '../qdrant/collection/names.ts';

/**
 * Those that were named; else those of the project file that are there; else the only one.
 * @throws QdxError `usage`, listing them, where there are several, or for what no collection can be called; `notFound` where
 * there are none.
 */
export async function chooseCollections(
  connection: Connection,
  named: readonly string[],
  ofProject: readonly string[],
  run: RunOptions = {},
  { command = 'qdx search -c NAME "..."' }: { readonly command?: string } = {},
): Promise<string[]> {
  for (const name of named) assertCollectionName(name);
  if (named.length > 0) return [...new Set(named)];
  const collections = await listCollections(connection, run.signal);
  const there = new Set(collections.flatMap(({ physical, aliases }) => [physical, ...aliases]));
  const known = ofProject.filter((name) => there.has(name));
  if (known.length > 0) return known;
  const names = publicNames(liveCollections(collections));
  const [only] = names;
  if (names.length === 1 && only !== undefined) return [only];
  if (names.length === 0)
    throw new QdxError('notFound', `there are no collections on ${connection.url} yet`, {
      hint: 'qdx embed --collection docs ./docs makes one',
    });
  throw new QdxError(
    'usage',
    `no collection was named, and there are ${names.length}: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}`,
    {
      hint: `name it: ${command.replace('NAME', () => shellLine([names[0] ?? 'docs']))}`,
      details: { collections: names },
    },
  );
}
