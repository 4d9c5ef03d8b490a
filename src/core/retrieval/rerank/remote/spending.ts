/**
 * Caps on what is asked of an endpoint: requests, and what they cost.
 */
import { QdxError } from '../../../../lib/errors.ts';
import type { RemoteParams } from './remote-params.ts';

/** As OpenAI-compatible endpoints report it; absent numbers count as none. */
interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

export interface Spending {
  /** Null, or which cap is reached: `maxRequests`, `maxCost`. */
  reached(): 'maxRequests' | 'maxCost' | null;
  /** Before a request is sent. */
  addRequest(): void;
  addUsage(usage: Usage): void;
  readonly requests: number;
  readonly cost: number;
}

const million = 1_000_000;

/** @throws QdxError `usage` for a cap on the cost without prices: it could never be reached. */
export function createSpending({ maxRequests, maxCost, inputPrice, outputPrice }: RemoteParams): Spending {
  if (maxCost !== undefined && inputPrice === undefined && outputPrice === undefined)
    throw new QdxError('usage', 'a cap on the cost of reranking needs the price of a million tokens', {
      hint: 'set rerankEndpoint.inputPrice and rerankEndpoint.outputPrice, or cap the requests: --rerank-max-requests',
    });
  let requests = 0;
  let cost = 0;
  return {
    reached: () => {
      if (maxRequests !== undefined && requests >= maxRequests) return 'maxRequests';
      return maxCost !== undefined && cost >= maxCost ? 'maxCost' : null;
    },
    addRequest: () => void (requests += 1),
    addUsage: ({ promptTokens, completionTokens }) => {
      cost += (promptTokens * (inputPrice ?? 0) + completionTokens * (outputPrice ?? 0)) / million;
    },
    get requests() {
      return requests;
    },
    get cost() {
      return cost;
    },
  };
}
