/**
 * A map from 128-bit keys to numbers in flat memory: 24 bytes an entry at two thirds load, so that a million ids take 50 MB
 * where a Map of strings takes several times that. Open addressing, linear probing; entries are never removed.
 */
export interface KeyTable {
  readonly size: number;
  /** Value of the key whose 16 bytes start at `offset`, or undefined. */
  get(key: Uint8Array, offset?: number): number | undefined;
  /** Sets the value (an unsigned 32-bit integer); true when the key was new. */
  set(key: Uint8Array, value: number, offset?: number): boolean;
  /** Every key as 16 bytes, in no fixed order; the bytes are overwritten by the next one. */
  keys(): Generator<Uint8Array, void, undefined>;
}

const wordsPerKey = 4;
const fullestLoad = 2 / 3;

export function createKeyTable(expectedEntries = 1024): KeyTable {
  let capacity = capacityFor(expectedEntries);
  let keys = new Uint32Array(capacity * wordsPerKey);
  let values = new Uint32Array(capacity);
  let used = new Uint8Array(capacity);
  let size = 0;
  const key = new Uint32Array(wordsPerKey);

  const slotOf = (): number => {
    const mask = capacity - 1;
    // Keys are hashes already, but ids that users bring may differ in a few bits only: mix all words.
    let slot = mixed(key) & mask;
    while (used[slot] === 1 && !holdsKey(keys, slot, key)) slot = (slot + 1) & mask;
    return slot;
  };
  const put = (value: number): boolean => {
    const slot = slotOf();
    values[slot] = value;
    if (used[slot] === 1) return false;
    used[slot] = 1;
    keys.set(key, slot * wordsPerKey);
    return true;
  };
  const grow = (): void => {
    const old = { keys, values, used, capacity };
    capacity *= 2;
    keys = new Uint32Array(capacity * wordsPerKey);
    values = new Uint32Array(capacity);
    used = new Uint8Array(capacity);
    for (let slot = 0; slot < old.capacity; slot++) {
      if (old.used[slot] === 0) continue;
      key.set(old.keys.subarray(slot * wordsPerKey, slot * wordsPerKey + wordsPerKey));
      put(old.values[slot] ?? 0);
    }
  };
  return {
    get size() {
      return size;
    },
    get(bytes, offset = 0) {
      loadKey(key, bytes, offset);
      const slot = slotOf();
      return used[slot] === 1 ? values[slot] : undefined;
    },
    set(bytes, value, offset = 0) {
      if (size + 1 > capacity * fullestLoad) grow();
      loadKey(key, bytes, offset);
      const isNew = put(value);
      if (isNew) size++;
      return isNew;
    },
    *keys() {
      const bytes = new Uint8Array(wordsPerKey * 4);
      for (let slot = 0; slot < capacity; slot++) {
        if (used[slot] === 1) yield storeKey(keys, slot, bytes);
      }
    },
  };
}

function capacityFor(entries: number): number {
  let capacity = 16;
  while (capacity * fullestLoad < entries + 1) capacity *= 2;
  return capacity;
}

function loadKey(key: Uint32Array, bytes: Uint8Array, offset: number): void {
  for (let word = 0; word < wordsPerKey; word++) {
    const at = offset + word * 4;
    key[word] =
      (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
  }
}

function storeKey(keys: Uint32Array, slot: number, bytes: Uint8Array): Uint8Array {
  for (let at = 0; at < bytes.length; at++) bytes[at] = (keys[slot * wordsPerKey + (at >> 2)] ?? 0) >>> ((at & 3) * 8);
  return bytes;
}

function holdsKey(keys: Uint32Array, slot: number, key: Uint32Array): boolean {
  const at = slot * wordsPerKey;
  return keys[at] === key[0] && keys[at + 1] === key[1] && keys[at + 2] === key[2] && keys[at + 3] === key[3];
}

/** Multiply-xorshift over the four words (constants of MurmurHash3's finalizer, public domain). */
function mixed(key: Uint32Array): number {
  let hash = 0;
  for (let word = 0; word < wordsPerKey; word++) {
    hash = Math.imul(hash ^ (key[word] ?? 0), 0x85eb_ca6b);
    hash ^= hash >>> 13;
    hash = Math.imul(hash, 0xc2b2_ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}
