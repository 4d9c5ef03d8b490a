/**
 * A plain collection into a version of its own name (`docs` -> `docs__1`): what is kept when the name is given up.
 */
import { QdxError } from '../../../../lib/errors.ts';
import type { RunOptions } from '../../../../lib/events.ts';
import { listCollections } from '../../../qdrant/collection/names.ts';
import type { Connection } from '../../../qdrant/connection/connection.ts';
import { type CollectionDescription, describeCollection } from '../../collection/collection-description.ts';
import { createIndexes, createShardKeys, createStaging, findStaging, finishStaging } from '../../collection/staging.ts';
import type { TransferMark } from '../../journal/transfer-mark.ts';
import { levelPoints } from './level-points.ts';
import { withoutStrictModeTraces } from '../../collection/strict-mode.ts';

export interface CopyInput {
  /** The collection; its versions are called after `versionsOf`. */
  readonly plain: string;
  readonly versionsOf: string;
  readonly command: TransferMark['command'];
  readonly batchSize: number;
  readonly parallel: number;
}

export interface PlainCopy {
  readonly physical: string;
  readonly description: CollectionDescription;
  readonly mark: TransferMark;
}

const originPrefix = 'copy of ';
const originOf = (plain: string): string => `${originPrefix}${plain}`;

/** By the mark: of a run that was killed while it copied. It is levelled again whatever it holds. */
export const isPlainCopy = ({ origin }: Pick<TransferMark, 'origin'>): boolean => origin.startsWith(originPrefix);

/** Goes on with the copy that a killed run left. Points are levelled once; its strict mode is set by `finishCopy`. */
export async function copyPlain(connection: Connection, input: CopyInput, run: RunOptions): Promise<PlainCopy> {
  const { plain, versionsOf, batchSize, parallel } = input;
  const listed = await listCollections(connection, run.signal);
  const entry = listed.find(({ physical }) => physical === plain);
  if (!entry) throw new QdxError('notFound', `collection ${plain} is not on ${connection.url} any more`);
  const description = withoutStrictModeTraces(await describeCollection(connection, entry, run));
  const origin = originOf(plain);
  const { physical, isLeftover } = await findStaging(connection, listed, { name: versionsOf, origin });
  const mark: TransferMark = {
    version: 1,
    state: 'staging',
    command: input.command,
    name: versionsOf,
    origin,
    replaced: null,
    at: new Date().toISOString(),
  };
  run.onEvent?.({ type: 'phase', name: 'copying', detail: `${plain} to ${physical}` });
  if (isLeftover) {
    await createShardKeys(connection, physical, description);
    await createIndexes(connection, physical, description);
  } else await createStaging(connection, physical, description, mark, run);
  const { shardKeys } = description;
  await levelPoints(connection, { from: plain, to: physical, shardKeys, batchSize, parallel, stage: 'copying' }, run);
  return { physical, description, mark };
}

/** Last, because strict mode may forbid what filling needs. */
export const finishCopy = (connection: Connection, { physical, description }: PlainCopy): Promise<void> =>
  finishStaging(connection, physical, description);
