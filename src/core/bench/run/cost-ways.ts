/**
 * Time and money of a million chunks, each way to make their vectors, and where one way becomes cheaper than another. Pure
 * arithmetic on measured rates and given prices.
 */
import { counted, formatAmount, formatCount, formatDuration } from '../../../lib/quantities.ts';
import { mean } from '../../../lib/statistics/mean.ts';

/** What was measured of one side. */
export interface EncoderRate {
  readonly side: 'local' | 'endpoint';
  readonly model: string;
  readonly device: string;
  /** One a round. */
  readonly textsPerSecond: readonly number[];
  /** As who bills counts them: the endpoint's own count where it tells. */
  readonly tokensPerText: number;
  readonly countedBy: 'tokenizer' | 'endpoint' | 'estimate' | 'both';
  readonly queryP50Ms: number;
  readonly tokensPerQuery: number;
}

/** In any one currency. */
export interface CostRates {
  /** Of a million tokens, by the endpoint. */
  readonly costPerMtok?: number;
  /** Of a rented GPU. */
  readonly gpuPerHour?: number;
  /** Of this machine; absent: it costs nothing more than it does anyway. */
  readonly cpuPerHour?: number;
  /** Of that GPU; absent: as fast as the endpoint. */
  readonly gpuTokensPerSecond?: number;
}

export interface CostWay {
  readonly way: 'local' | 'token' | 'hour';
  readonly title: string;
  readonly chunksPerHour: number;
  readonly hoursPerMillionChunks: number;
  /** Null where no price was given. */
  readonly costPerMillionChunks: number | null;
  readonly queryP50Ms: number;
  /** Null where no price was given, and where a query has none of its own: an hour is paid whether it is asked or not. */
  readonly costPerMillionQueries: number | null;
}

export interface MeasuredSides {
  readonly here: EncoderRate;
  readonly there: EncoderRate;
  readonly prices: CostRates;
}

const million = 1_000_000;

export function waysOf({ here, there, prices }: MeasuredSides): CostWay[] {
  const { costPerMtok, gpuPerHour, cpuPerHour, gpuTokensPerSecond } = prices;
  const [localRate, endpointRate] = [mean(here.textsPerSecond), mean(there.textsPerSecond)];
  const gpuRate = gpuTokensPerSecond === undefined ? endpointRate : gpuTokensPerSecond / there.tokensPerText;
  const perToken = (tokens: number) => (costPerMtok === undefined ? null : tokens * costPerMtok);
  return [
    {
      ...byTheHour('local', `this machine (${here.device}), ${here.model}`, localRate, cpuPerHour),
      queryP50Ms: here.queryP50Ms,
      costPerMillionQueries: null,
    },
    {
      ...byTheHour('token', `${there.model}, by the token`, endpointRate, undefined),
      // A million chunks of so many tokens at the price of a million tokens.
      costPerMillionChunks: perToken(there.tokensPerText),
      queryP50Ms: there.queryP50Ms,
      costPerMillionQueries: perToken(there.tokensPerQuery),
    },
    ...(gpuPerHour === undefined
      ? []
      : [
          {
            ...byTheHour('hour', `${there.model}, on a GPU by the hour`, gpuRate, gpuPerHour),
            queryP50Ms: there.queryP50Ms,
            costPerMillionQueries: null,
          },
        ]),
  ];
}

function byTheHour(way: CostWay['way'], title: string, chunksPerSecond: number, pricePerHour: number | undefined) {
  const chunksPerHour = chunksPerSecond * 3600;
  const hoursPerMillionChunks = million / chunksPerHour;
  const costPerMillionChunks = pricePerHour === undefined ? null : hoursPerMillionChunks * pricePerHour;
  return { way, title, chunksPerHour, hoursPerMillionChunks, costPerMillionChunks };
}

/** Where the answer changes, as sentences; none without prices. */
export function breakEvens(ways: readonly CostWay[], { gpuPerHour }: CostRates): string[] {
  const of = (wanted: CostWay['way']) => ways.find(({ way }) => way === wanted);
  const [local, token, hour] = [of('local'), of('token'), of('hour')];
  return [
    ...(token && hour && gpuPerHour !== undefined ? tokenAgainstHour(token, hour, gpuPerHour) : []),
    ...(local && token ? waitingAgainst(local, token, 'by the token') : []),
    ...(local && hour ? waitingAgainst(local, hour, 'on a GPU by the hour') : []),
  ];
}

function tokenAgainstHour(token: CostWay, hour: CostWay, gpuPerHour: number): string[] {
  const perMillion = token.costPerMillionChunks;
  if (perMillion === null || perMillion === 0) return [];
  const chunks = (gpuPerHour / perMillion) * million;
  const share = chunks / hour.chunksPerHour;
  const price = `an hour of the GPU (${formatAmount(gpuPerHour)}) buys ${counted(chunks, 'chunks')} by the token`;
  return share <= 1
    ? [`${price}: kept busy for more than ${Math.round(share * 100)} % of its time, the GPU is cheaper`]
    : [`${price}, and it makes ${formatCount(hour.chunksPerHour)} in that time: by the token is cheaper at any load`];
}

/** What an hour less of waiting costs, against the machine that is there. */
function waitingAgainst(local: CostWay, other: CostWay, how: string): string[] {
  if (other.costPerMillionChunks === null) return [];
  const saved = local.hoursPerMillionChunks - other.hoursPerMillionChunks;
  const more = other.costPerMillionChunks - (local.costPerMillionChunks ?? 0);
  if (saved <= 0 && more >= 0) return [`this machine is faster than ${other.title}, and costs no more`];
  if (saved <= 0)
    return [`${other.title} is slower than this machine, and saves ${formatAmount(-more)} a million chunks`];
  const hours = formatDuration(saved * 3_600_000);
  if (more <= 0) return [`${how} a million chunks are there ${hours} earlier, and cost ${formatAmount(-more)} less`];
  return [
    `${how} a million chunks are there ${hours} earlier for ${formatAmount(more)} more: ${formatAmount(more / saved)} for each hour that is not waited; worth it above that price of an hour`,
  ];
}
