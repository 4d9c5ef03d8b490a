/**
 * The collection that a run writes to: checked before anything is read or embedded, made when there is something to write.
 */
import { hostname } from 'node:os';
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { ownProcess } from '../../../lib/process-info.ts';
import { cardOf } from '../../qdrant/card-store.ts';
import type { CollectionCard } from '../../qdrant/collection-card.ts';
import { assertContentFits, assertSpaceFits } from '../../qdrant/collection-fit.ts';
import { readCollectionInfo } from '../../qdrant/collection-info.ts';
import type { Connection } from '../../qdrant/connection.ts';
import { acquireWriterLock, type WriterLock } from '../../qdrant/lock.ts';
import { assertCollectionName, displayName, listCollections, resolveAmong } from '../../qdrant/names.ts';
import { defaultLexical } from '../../retrieval/lexical.ts';
import type { EmbedParams } from './params.ts';
import type { RunModel } from './read-input.ts';

/** The card of what this run writes. */
export function cardOfRun({ settings, roots, description, qdxVersion }: EmbedParams, run: RunModel): CollectionCard {
  const { payloadKeys } = settings;
  return {
    cardVersion: 1,
    model: run.model.card,
    vectorName: settings.vector.name,
    sparseName: settings.vector.sparseName,
    chunking: run.chunking,
    lexical: defaultLexical,
    tokenVectors: null,
    ...(Object.keys(payloadKeys).length > 0 && { payloadKeys }),
    sources: [...new Set(roots.map(({ source }) => source))].toSorted(),
    description,
    qdxVersion,
    createdAt: new Date().toISOString(),
  };
}

export interface ExistingCollection {
  readonly physical: string;
  readonly card: CollectionCard | null;
  readonly isEmpty: boolean;
}

/**
 * The collection as it is; null where there is none. Reads only.
 * @throws QdxError `refused` where vectors of this run would not belong there (F19).
 */
export async function inspectTarget(
  connection: Connection,
  name: string,
  card: CollectionCard,
  { signal }: RunOptions,
): Promise<ExistingCollection | null> {
  assertCollectionName(name);
  const resolved = resolveAmong(await listCollections(connection, signal), name);
  if (!resolved) return null;
  const info = await readCollectionInfo(connection, resolved.physical, signal);
  const existing = await cardOf(connection, resolved.physical, info);
  const isEmpty = (info.points_count ?? 0) === 0;
  if (!existing && !isEmpty)
    throw new QdxError(
      'refused',
      `collection ${displayName(resolved)} has points but no card: their model is unknown`,
      {
        hint: `qdx collections adopt ${name} --model <model> checks a sample and writes the card`,
      },
    );
  if (existing) {
    assertSpaceFits(displayName(resolved), existing.model, card.model);
    assertContentFits(displayName(resolved), existing, card);
  }
  return { physical: resolved.physical, card: existing, isEmpty };
}

/** @throws QdxError `locked` while another run writes there. */
export async function lockTarget(
  connection: Connection,
  name: string,
  runId: string,
  { breakLock, commandLine }: EmbedParams,
  run: RunOptions,
): Promise<WriterLock> {
  const owner = {
    host: hostname(),
    ...(await ownProcess()),
    startedAt: new Date().toISOString(),
    command: commandLine,
  };
  return acquireWriterLock(connection, { target: name, runId, owner, breakLock, ...run });
}
