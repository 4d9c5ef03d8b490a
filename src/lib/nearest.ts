/**
 * What was perhaps meant: names by edit distance.
 */

/** All names, those that are likely meant by `typed` first; others keep their order. */
export function nearestNames(typed: string, names: readonly string[]): string[] {
  const distances = names.map((name) => ({ name, distance: nameDistance(typed, name) }));
  return distances.toSorted((a, b) => a.distance - b.distance).map(({ name }) => name);
}

/** The name that `typed` was likely meant to be; undefined where none is near enough to be worth a word. */
export function likelyName(typed: string, names: readonly string[]): string | undefined {
  const [nearest] = nearestNames(typed, names);
  if (nearest === undefined) return undefined;
  const distance = nameDistance(typed, nearest);
  // One letter in three may be wrong, but not all of a short word.
  const most = Math.max(2, nearest.length / 3);
  return distance <= most && distance < Math.min(typed.length, nearest.length) ? nearest : undefined;
}

/** The hint of an error about a name that is none of `names`. */
export function didYouMean(typed: string, names: readonly string[]): string | undefined {
  const likely = likelyName(typed, names);
  return likely === undefined ? undefined : `did you mean ${likely}?`;
}

/** A name that contains, or is contained in, what was typed is near whatever its length. */
function nameDistance(typed: string, name: string): number {
  const [a, b] = [typed.toLowerCase(), name.toLowerCase()];
  const distance = editDistance(a, b);
  return a !== '' && (a.includes(b) || b.includes(a)) ? Math.min(distance, 1) : distance;
}

/** Damerau-Levenshtein distance (optimal string alignment): insert, delete, replace, swap of two neighbours. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let best = Math.min(at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) best = Math.min(best, at(beforeLast, column - 2) + 1);
      current.push(best);
    }
    [beforeLast, last] = [last, current];
  }
  return at(last, b.length);
}

const at = (row: readonly number[], column: number): number => row[column] ?? Number.POSITIVE_INFINITY;
