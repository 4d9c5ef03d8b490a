/**
 * Does a part hold what its manifest says of it: so many points, in order, within its range, of that hash? Asked of parts whose
 * bytes are right, so that a manifest that was made up is found too.
 */
import { compareIds, displayId, type IdToken } from '../points/point-order.ts';
import { createPointsHash } from '../points/points-hash.ts';
import type { PartEntry } from './manifest.ts';
import { readPart } from './part-file.ts';

/** End of a sentence that begins with the file; null where all is right. */
export async function findPartFault(path: string, { points, pointsHash, from, to }: PartEntry): Promise<string | null> {
  const hash = createPointsHash();
  let last: IdToken | null = null;
  try {
    for await (const page of readPart(path)) {
      for (const { id, line } of page) {
        if (last !== null && compareIds(id, last) <= 0) return `is not in the order of ids at ${displayId(id)}`;
        if ((from !== null && compareIds(id, from) < 0) || (to !== null && compareIds(id, to) >= 0))
          return `holds point ${displayId(id)}, which is outside of its range`;
        hash.add(line);
        last = id;
      }
    }
  } catch (error) {
    return `cannot be read as points: ${(error as Error).message}`;
  }
  if (hash.points !== points) return `holds ${hash.points} points, the manifest says ${points}`;
  if (hash.digest() !== pointsHash) return 'holds other points than the manifest says: their hash differs';
  return null;
}
