/**
 * The collection that a run writes to: checked before anything is read or embedded, made when there is something to write.
 */
import type { RunOptions } from '../../lib/events.ts';
import { checkExisting } from '../qdrant/collection/check-existing.ts';
import type { CollectionCard } from '../qdrant/collection/collection-card.ts';
import { newCollectionCard } from '../qdrant/collection/new-card.ts';
import { wantedTokens } from '../qdrant/collection/kept-tokens.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import { lockOwner, type LockRequest } from '../qdrant/lock.ts';
import { assertCollectionName, listCollections, resolveAmong } from '../qdrant/collection/names.ts';
import { defaultLexical } from '../lexical/lexical.ts';
import type { EmbedParams } from './params.ts';
import type { RunModel } from './read-input.ts';

/** The card of what this run writes. */
export const cardOfRun = ({ settings, roots, description, qdxVersion }: EmbedParams, run: RunModel): CollectionCard =>
  newCollectionCard(settings, {
    model: run.model.card,
    chunking: run.chunking,
    lexical: defaultLexical,
    tokenVectors: wantedTokens(settings.embed, run.model.card),
    sources: roots.map(({ source }) => source),
    description,
    qdxVersion,
  });

export interface ExistingCollection {
  readonly physical: string;
  readonly card: CollectionCard;
}

/**
 * The collection as it is; null where there is none. Reads only.
 * @throws QdxError `refused` where vectors of this run would not belong there (F18, F19).
 */
export async function inspectTarget(
  connection: Connection,
  name: string,
  { params, card }: { readonly params: EmbedParams; readonly card: CollectionCard },
  run: RunOptions,
): Promise<ExistingCollection | null> {
  assertCollectionName(name);
  const resolved = resolveAmong(await listCollections(connection, run.signal), name);
  if (!resolved) return null;
  const { settings, typed = {} } = params;
  const request = { name, card, settings, typed };
  const existing = await checkExisting(connection, resolved.physical, request, run);
  return { physical: resolved.physical, card: existing.card };
}

/** Who asks for the writer lock of the collection (F14). */
export const lockRequest = (name: string, runId: string, { breakLock, commandLine }: EmbedParams): LockRequest => ({
  target: name,
  runId,
  owner: lockOwner(commandLine),
  breakLock,
});
