/**
 * `verify-model` of a cross-encoder: checks that it gives the scores that its card promises, before anything is ordered by them.
 */
import { isFault, readJsonl } from '../../lib/jsonl.ts';
import { QdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import type { RerankerCard } from '../models/cards/reranker-card.ts';
import { fingerprint } from '../models/cards/space.ts';
import type { FoundModel } from '../models/found-model.ts';
import { openPairScorer } from '../models/open-pair-scorer.ts';
import type { PairScorer } from '../models/pair-scorer.ts';
import { checkFiles } from './file-check.ts';
import { knownAnswers, knownPairs } from './known-answers.ts';
import { type Check, check, skipped } from './report.ts';

export interface VerifyRerankerParams {
  readonly model: FoundModel<RerankerCard>;
  /** 0: one for each core. */
  readonly workers: number;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** JSON lines of `query`, `text` and `logit` to compare with. */
  readonly reference?: string;
}

export interface VerifyRerankerReport {
  readonly schemaVersion: 1;
  readonly model: RerankerCard;
  readonly fingerprint: string;
  readonly passed: boolean;
  readonly checks: readonly Check[];
}

/** @throws QdxError where the model cannot be opened at all; a failed check is a result, not an error. */
export async function verifyReranker(
  { model, workers, environment = {}, reference }: VerifyRerankerParams,
  run: RunOptions = {},
): Promise<VerifyRerankerReport> {
  const files = await checkFiles(model);
  const scorer = await openPairScorer(model, { workers, environment }, run);
  try {
    const logits = await logitsOfAll(scorer);
    const checks = [
      files,
      checkSpread(logits),
      await checkDeterminism(scorer, logits),
      await checkParity(scorer, reference, run),
      knownAnswers(knownPairs.flatMap(([question], index) => (isFirst(logits[index] ?? [], index) ? [] : [question]))),
    ];
    const passed = checks.every(({ status }) => status !== 'failed');
    return { schemaVersion: 1, model: model.card, fingerprint: fingerprint(model.card), passed, checks };
  } finally {
    await scorer.close();
  }
}

const answers = knownPairs.map(([, answer]) => answer);

/** A row a question, a logit an answer. */
const logitsOfAll = (scorer: PairScorer): Promise<number[][]> =>
  Promise.all(knownPairs.map(([question]) => logitsOf(scorer, question, answers)));

async function logitsOf(scorer: PairScorer, query: string, texts: readonly string[]): Promise<number[]> {
  const scores = await scorer.score(query, texts, { order: [...texts.keys()] });
  return scores.map((score) => score?.logit ?? Number.NaN);
}

const isFirst = (logits: readonly number[], index: number): boolean => logits.indexOf(Math.max(...logits)) === index;

/** A classifier that was read wrongly, or has lost its head, says the same of every pair. */
function checkSpread(logits: readonly (readonly number[])[]): Check {
  const all = logits.flat();
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const found = `from ${least.toFixed(3)} to ${most.toFixed(3)} over ${all.length} pairs`;
  return check('spread', most - least > 1e-3, 'different scores for different pairs', found, { least, most });
}

/** Alone, a text must get what it gets among others. */
async function checkDeterminism(scorer: PairScorer, logits: readonly (readonly number[])[]): Promise<Check> {
  const [question = ''] = knownPairs[0] ?? [];
  let largest = 0;
  for (const [index, answer] of answers.entries()) {
    const [alone = Number.NaN] = await logitsOf(scorer, question, [answer]);
    largest = Math.max(largest, Math.abs(alone - (logits[0]?.[index] ?? Number.NaN)));
  }
  const found = `largest difference ${largest.toExponential(1)}`;
  return check('determinism', largest <= 1e-4, 'the same score alone and among others', found);
}

/** Of the spread of the reference: int8 was seen to move logits by up to 3.5 % of it, exact files by rounding alone. */
const allowedShare = { exact: 0.001, quantized: 0.05 } as const;

async function checkParity(scorer: PairScorer, reference: string | undefined, run: RunOptions): Promise<Check> {
  const name = 'parity';
  if (reference === undefined) return skipped(name, 'the logits of a reference', 'no --reference was given');
  const pairs = await readReference(reference, run);
  const expected = pairs.map(({ logit }) => logit);
  const spread = Math.max(...expected) - Math.min(...expected);
  let largest = 0;
  for (const { query, text, logit } of pairs) {
    const [found = Number.NaN] = await logitsOf(scorer, query, [text]);
    largest = Math.max(largest, Math.abs(found - logit));
  }
  const isExact = scorer.card.dtype === 'fp32' || scorer.card.dtype === 'fp16';
  const allowed = spread * (isExact ? allowedShare.exact : allowedShare.quantized);
  const what = `logits within ${allowed.toPrecision(2)} of those of ${pairs.length} pairs`;
  return check(name, largest <= allowed, what, `largest difference ${largest.toPrecision(2)}`, { largest, allowed });
}

/** @throws QdxError `usage` for a line that is no scored pair. */
async function readReference(file: string, { signal }: RunOptions) {
  const pairs: { query: string; text: string; logit: number }[] = [];
  for await (const line of readJsonl(file, { ...(signal && { signal }) })) {
    const { query, text, logit } = Object(isFault(line) ? null : line.value) as Record<string, unknown>;
    if (typeof query !== 'string' || typeof text !== 'string' || typeof logit !== 'number')
      throw new QdxError('usage', `${file} line ${line.number}: expected "query", "text" and "logit"`);
    pairs.push({ query, text, logit });
  }
  if (pairs.length < 2) throw new QdxError('usage', `${file} holds fewer than two pairs to compare with`);
  return pairs;
}
