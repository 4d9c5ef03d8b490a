/**
 * The demo corpus in a collection of its own, for the starter set: embedded with the settings of the run, removed behind it.
 */
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { RunOptions } from '../../../lib/events.ts';
import { version } from '../../../version.ts';
import type { Settings } from '../../config/schema.ts';
import { namedRoots } from '../../corpus/named-roots.ts';
import { embedCorpus } from '../../embed/embed.ts';
import { resolveCollection } from '../../qdrant/collection/names.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { wholeRun } from '../../vectors/shard.ts';
import { starterSet } from '../inputs/read-judged-set.ts';

export interface StarterInput {
  readonly settings: Settings;
  readonly folders: { readonly cache: string; readonly data: string };
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export async function withStarterCollection<T>(
  connection: Connection,
  { settings, folders, environment }: StarterInput,
  use: (collection: string) => Promise<T>,
  run: RunOptions = {},
): Promise<T> {
  const name = `qdx-bench-starter-${randomUUID().slice(0, 8)}`;
  try {
    await embedCorpus(
      {
        roots: await namedRoots({ paths: [starterSet.corpus], cwd: starterSet.corpus }),
        destination: { kind: 'collection', name, connect: () => Promise.resolve(connection) },
        settings: { ...settings, upload: { ...settings.upload, alias: false } },
        description: 'scratch collection of qdx bench',
        readers: {},
        shard: wholeRun,
        prune: false,
        pruneExcluded: false,
        allowPruneAll: false,
        isMoved: false,
        breakLock: false,
        dryRun: false,
        folders,
        environment,
        commandLine: 'qdx bench --starter',
        qdxVersion: version,
        startedAt: performance.now(),
      },
      run,
    );
    return await use(name);
  } finally {
    await dropCollection(connection, name);
  }
}

/** It may be missing: what failed before it was made says so itself. */
export async function dropCollection(connection: Connection, name: string): Promise<void> {
  const found = await resolveCollection(connection, name).catch(() => null);
  if (found) await (await connection.client()).deleteCollection(found.physical);
}
