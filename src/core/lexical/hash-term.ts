/**
 * Term -> u32: the index of a term in a sparse vector. Both functions run over the UTF-8 bytes of the term.
 */
export type TermHash = 'murmur3-32' | 'fnv1a-32';

const encoder = new TextEncoder();

export function hashTerm(term: string, hash: TermHash): number {
  const bytes = encoder.encode(term);
  return hash === 'murmur3-32' ? murmur3(bytes) : fnv1a(bytes);
}

/** MurmurHash3_x86_32 with seed 0 (Austin Appleby, public domain). */
function murmur3(bytes: Uint8Array): number {
  let state = 0;
  const blocks = bytes.length >>> 2;
  for (let block = 0; block < blocks; block++) {
    const at = block * 4;
    state ^= scramble(
      byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8) | (byteAt(bytes, at + 2) << 16) | (byteAt(bytes, at + 3) << 24),
    );
    state = (state << 13) | (state >>> 19);
    state = (Math.imul(state, 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let at = bytes.length - 1; at >= blocks * 4; at--) tail = (tail << 8) | byteAt(bytes, at);
  state ^= scramble(tail) ^ bytes.length;
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

function scramble(block: number): number {
  const mixed = Math.imul(block, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}

/** FNV-1a, 32 bits (RFC 9923). */
function fnv1a(bytes: Uint8Array): number {
  let state = 0x811c9dc5;
  for (const byte of bytes) state = Math.imul(state ^ byte, 0x01000193);
  return state >>> 0;
}

const byteAt = (bytes: Uint8Array, index: number): number => bytes[index] ?? 0;
