/**
 * Which collections a question to no collection in particular is for.
 */
import { describe, expect, test } from 'vitest';
import { liveCollections } from '../../../src/core/qdrant/collection/names.ts';
import { chooseCollections } from '../../../src/core/retrieval/choose-collections.ts';

const listed = (physical: string, ...aliases: readonly string[]) => ({ physical, aliases });

describe('liveCollections', () => {
  test.each([
    ['the version before', [listed('docs__1'), listed('docs__2', 'docs')], ['docs__2']],
    ['the version after, gone back from', [listed('docs__1', 'docs'), listed('docs__2')], ['docs__1']],
    ['a copy beside a plain collection', [listed('docs'), listed('docs__1')], ['docs']],
    [
      'a version that another name leads to',
      [listed('docs__1', 'old'), listed('docs__2', 'docs')],
      ['docs__1', 'docs__2'],
    ],
    ['a version of a name that leads nowhere', [listed('docs__1')], ['docs__1']],
    ['a name with two underscores and no number', [listed('my'), listed('my__notes')], ['my', 'my__notes']],
  ])('%s', (_title, all, live) => {
    expect(liveCollections(all).map(({ physical }) => physical)).toEqual(live);
  });
});

/** A server with these collections and aliases. */
const serverWith = (collections: readonly string[], aliases: Readonly<Record<string, string>>) =>
  ({
    url: 'http://localhost:6333',
    request: async (_method: string, path: string) =>
      path === '/collections'
        ? { collections: collections.map((name) => ({ name })) }
        : {
            aliases: Object.entries(aliases).map(([alias_name, collection_name]) => ({ alias_name, collection_name })),
          },
  }) as unknown as Parameters<typeof chooseCollections>[0];

describe('a search that names no collection', () => {
  test('is for the only name there is, whatever versions of it are kept', async () => {
    const server = serverWith(['notes__1', 'notes__2'], { notes: 'notes__2' });
    expect(await chooseCollections(server, [], [])).toEqual(['notes']);
  });

  test('is asked which of several, with a command that can be pasted', async () => {
    const server = serverWith(['a b__1', 'a b__2', 'other'], { 'a b': 'a b__2' });
    await expect(chooseCollections(server, [], [])).rejects.toMatchObject({
      message: 'no collection was named, and there are 2: a b, other',
      hint: `name it: qdx search -c 'a b' "..."`,
    });
  });
});
