/**
 * Maps a stream with several items under way at once; results come in the order of the input.
 */
export interface OrderedMapOptions {
  /** Items under way at once, at most; asked for each item, since it may become known on the way. */
  readonly inFlight: number | (() => number);
}

/**
 * An error of the source or of the mapping is thrown where its item would have come; what is under way is then waited for,
 * as it is when the consumer stops early.
 */
export async function* mapOrdered<T, R>(
  source: AsyncIterable<T> | Iterable<T>,
  map: (item: T) => Promise<R> | R,
  { inFlight }: OrderedMapOptions,
): AsyncGenerator<R, void, undefined> {
  const underWay: Promise<R>[] = [];
  const most = typeof inFlight === 'number' ? () => inFlight : inFlight;
  try {
    for await (const item of source) {
      const result = Promise.resolve(map(item));
      // It is awaited below, perhaps after it was rejected.
      result.catch(() => {});
      underWay.push(result);
      while (underWay.length >= most()) yield await (underWay.shift() as Promise<R>);
    }
    while (underWay.length > 0) yield await (underWay.shift() as Promise<R>);
  } finally {
    await Promise.allSettled(underWay);
  }
}

/** Groups of `size`, the last one smaller. */
export async function* inBatches<T>(source: AsyncIterable<T>, size: number): AsyncGenerator<T[], void, undefined> {
  let batch: T[] = [];
  for await (const item of source) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
