/**
 * UUIDs made from names (RFC 9562, version 5) and UUIDs as people spell them.
 */
import { createHash } from 'node:crypto';

const canonical = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const simple = /^[0-9a-f]{32}$/;

/** The version 5 UUID of `name` in `namespace` (a canonical UUID): the same on every machine. */
export function uuidV5(name: string, namespace: string): string {
  const digest = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name, 'utf8')
    .digest()
    .subarray(0, 16);
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x50, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  return withHyphens(digest.toString('hex'));
}

/**
 * The canonical form (lower case, hyphens) of a UUID in one of the four spellings that Qdrant reads: hyphenated, 32 hex
 * digits, `urn:uuid:…` and `{…}`; undefined for anything else. Any version passes: Qdrant's ids are plain 128 bits.
 */
export function canonicalUuid(text: string): string | undefined {
  let bare = text.toLowerCase();
  if (bare.startsWith('urn:uuid:')) bare = bare.slice(9);
  else if (bare.startsWith('{') && bare.endsWith('}')) bare = bare.slice(1, -1);
  if (canonical.test(bare)) return bare;
  return simple.test(text.toLowerCase()) ? withHyphens(bare) : undefined;
}

function withHyphens(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
