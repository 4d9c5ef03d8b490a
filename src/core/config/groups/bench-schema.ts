/**
 * The group `bench` of the schema, with its defaults.
 */
import { z } from 'zod';

const positive = z.number().int().positive();
const share = z.number().min(0).max(1);
/** `1,2,4`: what a suite tries one after the other. */
export const numberListPattern = '^[1-9]\\d{0,3}(,[1-9]\\d{0,3})*$';
const numberList = z.string().regex(new RegExp(numberListPattern));

/** How `qdx bench` measures. */
export const benchSettings = z.strictObject({
  /** Times that each query is asked for its latency; the first one is cold. */
  rounds: positive.max(1000).default(3),
  /** Hits of each query that are judged. */
  depth: positive.max(10_000).default(100),
  /** Points that a suite which tunes copies of a collection copies at most. */
  points: positive.max(10_000_000).default(100_000),
  /** Queries that such a suite asks at most. */
  queries: positive.max(100_000).default(200),
  /** Least recall@10 against exact search of what `bench quantization` recommends. */
  quantizationRecall: share.default(0.95),
  /** The same of `bench hnsw`, and the most milliseconds that the server may take for it. */
  graphRecall: share.default(0.98),
  graphMedianMs: z.number().positive().default(50),
  graphTailMs: z.number().positive().default(100),
  /** `bench load`: users at once, a run each. */
  users: numberList.default('1,2,4,8'),
  /** `bench embed`: sessions side by side. */
  sessions: numberList.default('1,2'),
  /** `bench upload`: points of one request, and requests on their way. */
  batches: numberList.default('64,256,1000'),
  inFlight: numberList.default('1,2,4'),
  /** `bench judge`: hits of each way to search; three ways find some twenty passages a query. */
  poolDepth: positive.max(1000).default(10),
  /** Of everything drawn at random: order, resampling, samples. */
  seed: z.number().int().min(0).max(0xff_ff_ff_ff).default(1),
});
