/**
 * What an overwrite would do, found out before anything is touched.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { sha256Hex } from '../../../lib/hash.ts';
import { stringifyJson } from '../../../lib/json.ts';
import type { Settings } from '../../config/schema.ts';
import { versionOf } from '../../qdrant/collection/alias.ts';
import { cardOf } from '../../qdrant/collection/card-store.ts';
import type { CollectionCard } from '../../qdrant/collection/collection-card.ts';
import { readCollectionInfo } from '../../qdrant/collection/collection-info.ts';
import { listCollections, type ListedCollection } from '../../qdrant/collection/names.ts';
import { countPoints } from '../../qdrant/collection/points.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { requireFeature } from '../../qdrant/connection/features.ts';
import { describeCollection } from '../collection/collection-description.ts';
import { withoutStrictModeTraces } from '../collection/strict-mode.ts';
import { findStaging, type Staging } from '../collection/staging.ts';
import { type CurrentCollection, currentOf } from '../switch/take-name.ts';
import { isVersionOf, readTransferMark, type TransferMark } from '../journal/transfer-mark.ts';
import { type ExistingCollection, type WantedCollection, wantedCollection } from './wanted-collection.ts';

export interface PlanInput {
  readonly name: string;
  /** sha256 of each file, in order. */
  readonly fileHashes: readonly string[];
  /** Of what is uploaded. */
  readonly given: CollectionCard;
  readonly settings: Settings;
  readonly isTyped: boolean;
  /** This run finished a switch that one before had begun. */
  readonly isFinished: boolean;
}

export interface OverwritePlan {
  readonly name: string;
  readonly current: CurrentCollection;
  /** It is a version of the name, and not of somebody else's (F15). */
  readonly isOwn: boolean;
  readonly existing: ExistingCollection;
  /** Exact. */
  readonly pointsNow: number;
  readonly wanted: WantedCollection;
  readonly staging: Staging;
  readonly mark: TransferMark;
  /** An earlier run of the same files had switched it in, and was killed after that. */
  readonly isSwitched: boolean;
  /** Further names that lead to the collection and go on doing so. */
  readonly otherAliases: readonly string[];
}

/** Null where the name leads nowhere. @throws QdxError `refused` where another name is meant, or the server is too old. */
export async function planOverwrite(
  connection: Connection,
  input: PlanInput,
  run: RunOptions,
): Promise<OverwritePlan | null> {
  const { name, given, settings, isTyped } = input;
  const listed = await listCollections(connection, run.signal);
  const current = currentOf(listed, name);
  if (!current) return null;
  const server = await connection.server();
  requireFeature(server, 'collectionMetadata', 'upload to another name, and move the readers there');
  const entry = entryOf(listed, current);
  assertPublicName(name, current, entry);
  const info = await readCollectionInfo(connection, current.physical, run.signal);
  const card = await cardOf(connection, current.physical, info);
  const description = withoutStrictModeTraces(await describeCollection(connection, entry, run));
  const existing = { info, card, description };
  const wanted = wantedCollection({ existing, given, settings, isTyped, server });
  const origin = originOf(input);
  const mark = await readTransferMark(connection, current.physical);
  const isSwitched = mark?.origin === origin && !current.isPlain && (mark.state === 'staging' || input.isFinished);
  return {
    name,
    current,
    isOwn: isVersionOf(name, current.physical, mark),
    existing,
    pointsNow: await countPoints(connection, current.physical, run),
    wanted,
    staging: isSwitched
      ? { physical: current.physical, isLeftover: true }
      : await findStaging(connection, listed, { name, origin }),
    mark: isSwitched
      ? mark
      : {
          version: 1,
          state: 'staging',
          command: 'upload',
          name,
          origin,
          replaced: current.isPlain ? null : current.physical,
          at: new Date().toISOString(),
        },
    isSwitched,
    otherAliases: entry.aliases.filter((alias) => alias !== name),
  };
}

function entryOf(listed: readonly ListedCollection[], { physical }: CurrentCollection): ListedCollection {
  return listed.find((entry) => entry.physical === physical) ?? { physical, aliases: [] };
}

/** A version that a name leads to is not overwritten under its own name: the name would go on leading to it. */
function assertPublicName(name: string, { isPlain }: CurrentCollection, { aliases }: ListedCollection): void {
  const alias = aliases.find((each) => versionOf(each, name) !== null);
  if (!isPlain || alias === undefined) return;
  throw new QdxError('refused', `${name} is a version of ${alias}, which leads to it: name ${alias}`, {
    hint: `-c ${alias}`,
    details: { physical: name, aliases },
  });
}

/** What is in the staging collection, whichever run fills it. */
function originOf({ fileHashes, settings, given, isTyped }: PlanInput): string {
  const { createdAt: _createdAt, qdxVersion: _qdxVersion, ...content } = given;
  const { vector, index, optimization, upload } = settings;
  const layout = isTyped ? { vector, index, optimization } : { distance: vector.distance };
  return sha256Hex(stringifyJson({ fileHashes, content, layout, onDuplicate: upload.onDuplicate }));
}
