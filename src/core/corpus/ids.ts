/**
 * Ids: those that qdx gives to chunks, and those that users bring.
 */
import { QdxError } from '../../lib/errors.ts';
import { canonicalUuid, uuidV5 } from '../../lib/uuid.ts';

/** Drawn once, at random, for qdx. Changing it would change every id in every collection. */
export const idNamespace = 'c9bba321-dc41-49c2-af28-f396926de5f8';

/** Qdrant's integer ids are u64. */
const maxU64 = 18_446_744_073_709_551_615n;

export interface ChunkIdParts {
  readonly source: string;
  readonly sourcePath: string;
  /** sha256, hex, of the chunk's content. */
  readonly contentHash: string;
  /** How many chunks of the same file with the same content came before: 0 for all but repeated text. */
  readonly occurrence: number;
}

/** UUIDv5 of (source, source path, content hash, occurrence): an edit changes only the edited chunks' ids. */
export function chunkId({ source, sourcePath, contentHash, occurrence }: ChunkIdParts): string {
  return uuidV5(JSON.stringify([source, sourcePath, contentHash, occurrence]), idNamespace);
}

export interface PointIdOptions {
  /** Derive a UUIDv5 from an id that Qdrant does not take, instead of rejecting it. */
  readonly hash?: boolean;
  /** Where the id stands, for the error: `points.jsonl line 12`. */
  readonly where?: string;
}

/**
 * Checks a user's own id. Unsigned integers up to u64 come back as bigint, UUIDs in any of their four spellings in the
 * canonical one.
 * @throws QdxError usage for anything else, unless `hash`: then a UUIDv5 of it (keep the original in `source_id`).
 */
export function parsePointId(id: unknown, options: PointIdOptions = {}): string | bigint {
  const parsed = knownId(id);
  if (parsed !== undefined) return parsed;
  if (options.hash && isHashable(id)) return uuidV5(JSON.stringify(['source_id', String(id)]), idNamespace);
  const where = options.where === undefined ? '' : `${options.where}: `;
  throw new QdxError('usage', `${where}${describe(id)} is not a point id: ${whyRejected(id)}`, {
    hint: 'use an unsigned integer (42) or a UUID (6ba7b810-9dad-41d1-80b4-00c04fd430c8), or derive UUIDs with --id-hash',
  });
}

function knownId(id: unknown): string | bigint | undefined {
  if (typeof id === 'bigint') return id >= 0n && id <= maxU64 ? id : undefined;
  if (typeof id === 'number') return Number.isSafeInteger(id) && !Object.is(id, -0) && id >= 0 ? BigInt(id) : undefined;
  if (typeof id !== 'string') return undefined;
  if (/^(0|[1-9]\d{0,19})$/.test(id)) return knownId(BigInt(id));
  return canonicalUuid(id);
}

/** Rounded integers and missing values are no names: hashing them would give different rows the same id. */
function isHashable(id: unknown): boolean {
  if (typeof id === 'string') return id !== '';
  return typeof id === 'bigint' || (typeof id === 'number' && Number.isFinite(id) && Math.abs(id) <= 2 ** 53 - 1);
}

function describe(id: unknown): string {
  if (id === undefined) return 'a missing id';
  const text = typeof id === 'bigint' ? String(id) : JSON.stringify(id);
  return `id ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`;
}

function whyRejected(id: unknown): string {
  if (typeof id === 'bigint') return id < 0n ? 'it is negative' : `it is above ${maxU64}`;
  if (typeof id === 'number') {
    if (id < 0 || Object.is(id, -0)) return 'it is negative';
    return Number.isInteger(id) ? 'it was rounded on reading (above 2^53)' : 'it is not an integer';
  }
  if (id === undefined || id === null) return 'every point needs one';
  if (typeof id !== 'string') return 'it is neither a number nor text';
  if (/^\d+$/.test(id)) return `it is above ${maxU64} or has leading zeros`;
  return 'it is neither an unsigned integer nor a UUID';
}
