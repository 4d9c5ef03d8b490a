/**
 * What an endpoint has read and what that costs: as it counts where it says so, else estimated, and labelled as such. A cap on
 * the cost is kept before a request is sent, not found to be broken afterwards.
 */
import { QdxError } from '../../../lib/errors.ts';
import { formatAmount } from '../../../lib/quantities.ts';

export interface Bill {
  readonly requests: number;
  readonly tokens: number;
  /** Who counted the tokens: the endpoint, this machine, or both. */
  readonly countedBy: 'endpoint' | 'estimate' | 'both';
  /** Null where no price is known. */
  readonly cost: number | null;
}

export interface Meter {
  /** @throws QdxError where the cap could be exceeded: `partial`; `refused` where nothing was sent before. */
  reserve(tokens: number): void;
  /** The texts were read, as far as is known. @param usedTokens As the endpoint says; null where it does not. */
  settle(reservedTokens: number, usedTokens: number | null): void;
  /** They were not. */
  release(reservedTokens: number): void;
  readonly bill: Bill;
}

export interface MeterOptions {
  readonly costPerMtok?: number;
  readonly maxCost?: number;
}

const million = 1_000_000;

/** @throws QdxError `usage` for a cap without a price: it could never be kept. */
export function createMeter({ costPerMtok, maxCost }: MeterOptions): Meter {
  if (maxCost !== undefined && costPerMtok === undefined)
    throw new QdxError('usage', '--max-cost needs the price of a million tokens', {
      hint: '--cost-per-mtok 0.02, or endpoint.costPerMtok in your own settings',
    });
  let [requests, told, estimated, reserved, toldEstimate] = [0, 0, 0, 0, 0];
  const costOf = (tokens: number): number => (tokens * (costPerMtok ?? 0)) / million;
  return {
    reserve: (tokens) => {
      // Once the endpoint has counted, its way of counting is known: estimates are scaled by it.
      const ratio = toldEstimate > 0 ? Math.max(1, told / toldEstimate) : 1;
      const next = told + estimated + (reserved + tokens) * ratio;
      if (maxCost !== undefined && costOf(next) > maxCost)
        throw capReached(maxCost, costOf(told + estimated), requests > 0);
      reserved += tokens;
    },
    settle: (reservedTokens, usedTokens) => {
      reserved -= reservedTokens;
      requests += 1;
      if (usedTokens === null) estimated += reservedTokens;
      else {
        told += usedTokens;
        toldEstimate += reservedTokens;
      }
    },
    release: (reservedTokens) => {
      reserved -= reservedTokens;
    },
    get bill() {
      const tokens = told + estimated;
      const countedBy: Bill['countedBy'] = estimated === 0 ? 'endpoint' : told === 0 ? 'estimate' : 'both';
      return { requests, tokens, countedBy, cost: costPerMtok === undefined ? null : costOf(tokens) };
    },
  };
}

function capReached(maxCost: number, spent: number, hasSpent: boolean): QdxError {
  if (!hasSpent)
    return new QdxError('refused', `the first request alone could cost more than --max-cost ${maxCost}`, {
      hint: 'a higher --max-cost, or a smaller --endpoint-batch-tokens',
    });
  return new QdxError('partial', `stopped before --max-cost ${maxCost} is exceeded: ${formatAmount(spent)} is spent`, {
    hint: 'vectors that were made are kept: the same command with another --max-cost goes on from there',
    details: { spent, maxCost },
  });
}
