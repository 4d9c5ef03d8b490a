/**
 * Changes of single points that hold only where the point is still what was seen of it (Qdrant 1.16: upsert and delete with a
 * condition). Older servers have no condition: there they are made as they are.
 */
import { jsonFields } from '../../../lib/json-bytes.ts';
import { parseJson } from '../../../lib/json.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { pointsPath } from '../../qdrant/collection/points.ts';
import type { IdToken } from '../points/point-order.ts';
import { cutList, type RawPoint } from '../points/raw-points.ts';
import { idValue } from '../points/scan-range.ts';
import type { Side } from '../points/side.ts';

type ShardKey = string | number | null;

/** Those of `ids` that are there, byte for byte as a scroll has them. */
export async function retrieveRaw(
  { connection, physical }: Side,
  ids: readonly IdToken[],
  shardKey: ShardKey,
  { signal }: RunOptions = {},
): Promise<readonly RawPoint[]> {
  const body = { ids: ids.map(idValue), with_payload: true, with_vector: true, ...keyOf(shardKey) };
  return connection.requestRaw('POST', pointsPath(physical), cutList, { body, ...(signal && { signal }) });
}

export interface ConditionalPut {
  readonly point: RawPoint;
  /** What was there before; null: nothing. */
  readonly seen: RawPoint | null;
  /** Is what is there now what was put? The server prints vectors in its own way (order, digits, length 1). */
  readonly isPut: (now: RawPoint) => boolean;
  readonly shardKey: ShardKey;
}

/** The point as the server has it now; null where it is another meanwhile. */
export async function putUnlessChanged(
  side: Side,
  { point, seen, isPut, shardKey }: ConditionalPut,
  run: RunOptions = {},
): Promise<RawPoint | null> {
  const { connection, physical } = side;
  const { features } = await connection.server();
  const condition = features.conditionalUpsert ? `,"update_filter":${JSON.stringify(asSeen(seen))}` : '';
  const key = shardKey === null ? '' : `,"shard_key":${JSON.stringify(shardKey)}`;
  const body = Buffer.concat([Buffer.from('{"points":['), point.line, Buffer.from(`]${condition}${key}}`)]);
  const options = { query: { wait: true }, body, ...(run.signal && { signal: run.signal }) };
  await connection.request('PUT', pointsPath(physical), options);
  const [now] = await retrieveRaw(side, [point.id], shardKey, run);
  return now && isPut(now) ? now : null;
}

/** False where the point is another meanwhile. */
export async function deleteUnlessChanged(
  side: Side,
  seen: RawPoint,
  shardKey: ShardKey,
  run: RunOptions = {},
): Promise<boolean> {
  const { must } = asSeen(seen);
  const filter = { must: [...must, { has_id: [idValue(seen.id)] }] };
  const options = { query: { wait: true }, ...(run.signal && { signal: run.signal }) };
  await side.connection.request('POST', pointsPath(side.physical, '/delete'), {
    ...options,
    body: { filter, ...keyOf(shardKey) },
  });
  return (await retrieveRaw(side, [seen.id], shardKey, run)).length === 0;
}

const keyOf = (shardKey: ShardKey) => (shardKey === null ? {} : { shard_key: shardKey });

/** Fields of a payload that a condition can name and compare, at most. */
const mostConditions = 32;

/** A filter that the point fits as long as the simple values of its payload are what they were. */
function asSeen(seen: RawPoint | null): { readonly must: readonly unknown[] } {
  // No point has an id out of an empty list: what is there stays, whatever it is.
  if (seen === null) return { must: [{ has_id: [] }] };
  const payload = jsonFields(seen.line).get('payload');
  const fields = payload ? [...jsonFields(payload)] : [];
  const conditions = fields.filter(([key]) => /^\w+$/u.test(key)).flatMap(([key, bytes]) => conditionOf(key, bytes));
  return { must: conditions.slice(0, mostConditions) };
}

/** Of strings, integers and truth values; anything else has no condition that is exact. */
function conditionOf(key: string, bytes: Buffer): unknown[] {
  const text = bytes.toString('utf8');
  const isComparable = /^(?:"|true$|false$|-?\d+$)/u.test(text) && text.length < 1000;
  if (!isComparable) return [];
  const value = parseJson(text);
  return typeof value === 'bigint' ? [] : [{ key, match: { value } }];
}
