/**
 * Single texts -> requests of many: full ones go at once, what is left over after a short wait.
 */
export interface BatchQueueOptions<Item, Result> {
  readonly maxItems: number;
  readonly maxTokens: number;
  /** Requests on their way at once. */
  readonly parallel: number;
  /** How long a request that is not full waits for company. */
  readonly lingerMs: number;
  /** One result an item, in order; an Error settles its item alone. */
  readonly send: (items: readonly Item[]) => Promise<readonly (Result | Error)[]>;
}

export interface BatchQueue<Item, Result> {
  add(item: Item): Promise<Result>;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly settle: (outcome: Result | Error) => void;
}

export function createBatchQueue<Item extends { readonly tokens: number }, Result>(
  options: BatchQueueOptions<Item, Result>,
): BatchQueue<Item, Result> {
  const { maxItems, parallel, lingerMs } = options;
  let waiting: Waiting<Item, Result>[] = [];
  let underWay = 0;
  let timer: NodeJS.Timeout | undefined;
  const flush = (isPatient: boolean): void => {
    while (underWay < parallel && waiting.length > 0) {
      const count = fitting(waiting, options);
      if (isPatient && count === waiting.length && count < maxItems) return linger();
      const batch = waiting.slice(0, count);
      waiting = waiting.slice(count);
      underWay += 1;
      void sendBatch(batch, options).finally(() => {
        underWay -= 1;
        flush(true);
      });
    }
  };
  const linger = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      flush(false);
    }, lingerMs);
  };
  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, settle: (outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome)) });
        flush(true);
      }),
  };
}

/** How many of the first may go together; one at least. */
function fitting<Item extends { readonly tokens: number }, Result>(
  waiting: readonly Waiting<Item, Result>[],
  { maxItems, maxTokens }: BatchQueueOptions<Item, Result>,
): number {
  let tokens = 0;
  let count = 0;
  for (const { item } of waiting.slice(0, maxItems)) {
    tokens += item.tokens;
    if (count > 0 && tokens > maxTokens) break;
    count += 1;
  }
  return count;
}

async function sendBatch<Item, Result>(
  batch: readonly Waiting<Item, Result>[],
  { send }: BatchQueueOptions<Item, Result>,
): Promise<void> {
  try {
    const outcomes = await send(batch.map(({ item }) => item));
    for (const [at, { settle }] of batch.entries()) settle(outcomes[at] ?? new Error('a text got no vector'));
  } catch (error) {
    for (const { settle } of batch) settle(error instanceof Error ? error : new Error(String(error)));
  }
}
