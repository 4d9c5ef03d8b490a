/**
 * May what comes from one Qdrant go into another? Points: into the same minor version or a later one. Snapshots are the server's own
 * files: into the same minor version, and no earlier patch (https://qdrant.tech/documentation/concepts/snapshots/).
 */
import { QdxError } from '../../../lib/errors.ts';
import { compareVersions, minorOf, requireFeature } from '../../qdrant/connection/features.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';

export interface Origin {
  /** `the backup`, `the source`. */
  readonly what: string;
  readonly qdrantVersion: string;
}

/** @throws QdxError `refused` for a server that is older than where the points come from, or of which neither can be told. */
export async function assertServerFits(connection: Connection, { what, qdrantVersion }: Origin): Promise<void> {
  const server = await connection.server();
  assertKnown(what, qdrantVersion);
  assertKnown(connection.url, server.version);
  const needed = minorOf(qdrantVersion);
  if (compareVersions(minorOf(server.version), needed) < 0)
    throw new QdxError(
      'refused',
      `${what} is of Qdrant ${qdrantVersion}, and ${connection.url} runs ${server.version}, an older one`,
      { hint: `the target has to be Qdrant ${needed} or later` },
    );
  requireFeature(server, 'collectionMetadata');
}

/** @throws QdxError `refused`, with `hint` as what to do instead. */
export async function assertTakesSnapshot(connection: Connection, qdrantVersion: string, hint: string): Promise<void> {
  const { version } = await connection.server();
  const isSameMinor = minorOf(version) === minorOf(qdrantVersion);
  if (isSameMinor && compareVersions(version, qdrantVersion) >= 0) return;
  const minor = minorOf(qdrantVersion);
  const needed = isSameMinor ? `${qdrantVersion} or a later ${minor}` : minor;
  throw new QdxError(
    'refused',
    `a snapshot of Qdrant ${qdrantVersion} is recovered by Qdrant ${needed}, and ${connection.url} runs ${version}`,
    { hint },
  );
}

function assertKnown(whose: string, version: string): void {
  if (/^\d+\.\d+/u.test(version)) return;
  throw new QdxError(
    'refused',
    `${whose} is of Qdrant ${JSON.stringify(version)}, which is no version that can be compared`,
    {
      hint: 'use a released Qdrant',
    },
  );
}
