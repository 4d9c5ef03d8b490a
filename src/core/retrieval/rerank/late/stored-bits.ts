/**
 * Sign bits that lie beside the points of a collection, fetched for the candidates alone: in the payload of every hit of both lists
 * they would be ten times the bytes.
 */
import type { RunOptions } from '../../../../lib/events.ts';
import type { Connection } from '../../../qdrant/connection/connection.ts';
import { retrievePoints } from '../../../qdrant/collection/points.ts';
import { unpackTokenBits, type UnusableBits } from '../../../vectors/packed-tokens.ts';
import type { SearchTarget } from '../../target.ts';
import type { RerankCandidate } from '../port.ts';

export type CandidateBits = Uint8Array | UnusableBits;

/** In the order of the candidates; `missing` for one of a collection that keeps none. */
export async function storedBits(
  connection: Connection | undefined,
  candidates: readonly RerankCandidate[],
  run: RunOptions,
): Promise<CandidateBits[]> {
  const targets = new Map(candidates.flatMap(({ target }) => (target?.tokens ? [[target.name, target]] : [])));
  const found = new Map<string, CandidateBits>();
  if (connection)
    await Promise.all(
      [...targets.values()].map(async (target) => {
        const ids = candidates.filter((one) => one.target?.name === target.name).map(({ id }) => id);
        for (const [id, bits] of await bitsOf(connection, target, ids, run)) found.set(keyOf(target, id), bits);
      }),
    );
  return candidates.map(({ target, id }) => (target && found.get(keyOf(target, id))) ?? 'missing');
}

async function bitsOf(
  connection: Connection,
  { name, tokens }: SearchTarget,
  ids: readonly RerankCandidate['id'][],
  { signal }: RunOptions,
): Promise<(readonly [RerankCandidate['id'], CandidateBits])[]> {
  if (!tokens) return [];
  const { payloadKey, layout } = tokens;
  const options = { withPayload: [payloadKey], ...(signal && { signal }) };
  const points = await retrievePoints(connection, name, ids, options);
  return points.map(({ id, payload }) => [id, unpackTokenBits(payload?.[payloadKey], layout)]);
}

const keyOf = ({ name }: SearchTarget, id: RerankCandidate['id']): string => `${name}\0${String(id)}`;
