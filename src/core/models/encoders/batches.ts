/**
 * Padded batches for a GPU: sorted by length, filled to a budget of tokens, halved when memory runs out.
 * On CPU a batch of one is both faster and the only int8 mode whose vectors do not depend on their neighbours.
 */

/** Indexes of texts that run together; every batch is at most `maxTokens` when padded, or holds one text. */
export function planBatches(tokenCounts: readonly number[], maxTokens: number): number[][] {
  const longestFirst = tokenCounts
    .map((_, index) => index)
    .sort((a, b) => count(tokenCounts, b) - count(tokenCounts, a));
  const batches: number[][] = [];
  let current: number[] = [];
  for (const index of longestFirst) {
    const longest = count(tokenCounts, current[0] ?? index);
    if (current.length > 0 && longest * (current.length + 1) > maxTokens) {
      batches.push(current);
      current = [];
    }
    current.push(index);
  }
  if (current.length > 0) batches.push(current);
  return batches;
}

const count = (tokenCounts: readonly number[], index: number): number => tokenCounts[index] ?? 0;

/**
 * Runs a batch; where it is too much at once, its two halves, down to one text.
 * @param isTooMuch Whether an error says so; absent: of a GPU whose memory ran out.
 * @returns one result an item, in order.
 */
export async function runHalving<T, R>(
  items: readonly T[],
  run: (items: readonly T[]) => Promise<readonly R[]>,
  isTooMuch: (error: unknown) => boolean = isOutOfMemory,
): Promise<R[]> {
  try {
    return [...(await run(items))];
  } catch (error) {
    if (items.length === 1 || !isTooMuch(error)) throw error;
    const middle = Math.ceil(items.length / 2);
    const first = await runHalving(items.slice(0, middle), run, isTooMuch);
    return [...first, ...(await runHalving(items.slice(middle), run, isTooMuch))];
  }
}

/** As ORT, CUDA and cuDNN word it. */
const isOutOfMemory = (error: unknown): boolean =>
  /out of memory|failed to allocate memory|bad_alloc|CUDNN_STATUS_ALLOC_FAILED|CUBLAS_STATUS_ALLOC_FAILED/i.test(
    String(error),
  );
