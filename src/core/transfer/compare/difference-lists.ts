/**
 * What a comparison of points found: how many of each kind, and the first few ids.
 */
export interface PointDifferences {
  /** Ids in both. */
  readonly compared: number;
  /** Of these, the ones that are the same in every byte. */
  readonly equal: number;
  readonly missing: DifferingPoints;
  readonly extra: DifferingPoints;
  readonly changedPayload: DifferingPoints;
  readonly changedVectors: DifferingPoints;
}

export interface DifferingPoints {
  readonly count: number;
  /** The first few ids. */
  readonly first: readonly string[];
}

const mostIds = 10;

export function createDifferenceLists() {
  const lists = {
    missing: createList(),
    extra: createList(),
    changedPayload: createList(),
    changedVectors: createList(),
  };
  let compared = 0;
  let equal = 0;
  return {
    ...lists,
    compared(isEqual: boolean) {
      compared++;
      if (isEqual) equal++;
    },
    result: (): PointDifferences => ({
      compared,
      equal,
      missing: lists.missing.points(),
      extra: lists.extra.points(),
      changedPayload: lists.changedPayload.points(),
      changedVectors: lists.changedVectors.points(),
    }),
  };
}

function createList() {
  let count = 0;
  const first: string[] = [];
  return {
    add(id: string) {
      count++;
      if (first.length < mostIds) first.push(id);
    },
    points: (): DifferingPoints => ({ count, first }),
  };
}
