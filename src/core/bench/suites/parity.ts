/**
 * `bench parity`: do two models, or two files of one model, mean the same? The cosine of their vectors where they live in
 * one space, and in any case whether they see the same texts as neighbours.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { QdxError } from '../../../lib/errors.ts';
import { bootstrapInterval, type Interval } from '../../../lib/statistics/bootstrap.ts';
import type { EncoderModel } from '../../models/found-model.ts';
import { sameSpace } from '../../models/cards/space.ts';
import { openEncoder } from '../../models/open-encoder.ts';
import { mean } from '../../../lib/statistics/mean.ts';
import type { JudgedSet } from '../inputs/judged-set.ts';
import { type Check, hostNotes, localHead, type ModelFacts, modelFacts, type Report } from '../run/report.ts';

export interface ParityInput {
  readonly models: readonly [EncoderModel, EncoderModel];
  /** Its queries are the texts. */
  readonly set: JudgedSet;
  readonly cacheFolder: string;
  readonly seed: number;
  /** Of the mean cosine; absent: nothing is asked to hold. */
  readonly leastCosine?: number;
}

export interface ParityReport extends Report {
  readonly suite: 'parity';
  readonly models: readonly (ModelFacts & { readonly file: string })[];
  readonly texts: number;
  readonly isOneSpace: boolean;
  /** Null where the dimensions differ. */
  readonly cosine: (Interval & { readonly least: number }) | null;
  /** Share of the ten nearest other texts of one that are the other's too. */
  readonly neighboursAt10: Interval;
  /** Of each text, in their order; empty where the dimensions differ. */
  readonly cosines: readonly number[];
  /** Least alike first. */
  readonly worst: readonly { readonly id: string; readonly cosine: number | null; readonly neighbours: number }[];
}

const neighbours = 10;
const worstShown = 10;

/** @throws QdxError `usage` for fewer than twelve texts: ten neighbours of eleven are no question. */
export async function benchParity(input: ParityInput, run: RunOptions = {}): Promise<ParityReport> {
  const { models, set, seed, leastCosine } = input;
  const texts = set.queries;
  if (texts.length < neighbours + 2)
    throw new QdxError('usage', `${texts.length} texts are too few: parity needs ${neighbours + 2} at least`);
  const head = await localHead({ suite: 'parity', seed, set });
  const [a, b] = [await encodeAll(models[0], input, run), await encodeAll(models[1], input, run)];
  const { dimension } = models[0].card;
  const isComparable = dimension === models[1].card.dimension;
  const rows = texts.map(({ id }, index) => ({
    id,
    cosine: isComparable ? cosine(a[index], b[index]) : null,
    neighbours: shared(nearest(a, index), nearest(b, index)),
  }));
  const cosines = rows.flatMap((row) => (row.cosine === null ? [] : [row.cosine]));
  const ofAll = cosines.length === 0 ? null : { ...bootstrapInterval(cosines, seed), least: Math.min(...cosines) };
  return {
    ...head,
    suite: 'parity',
    models: models.map(({ card }) => ({ ...modelFacts(card), file: card.file })),
    texts: texts.length,
    isOneSpace: sameSpace(models[0].card, models[1].card),
    cosine: ofAll,
    cosines,
    neighboursAt10: bootstrapInterval(
      rows.map((row) => row.neighbours),
      seed,
    ),
    worst: rows
      .toSorted((one, other) => one.neighbours - other.neighbours || (one.cosine ?? 0) - (other.cosine ?? 0))
      .slice(0, worstShown),
    checks: leastCosine === undefined ? [] : [cosineCheck(ofAll?.mean ?? null, leastCosine)],
    notes: hostNotes(head),
    failedQueries: 0,
  };
}

const cosineCheck = (mean: number | null, least: number): Check => ({
  name: `mean cosine >= ${least}`,
  status: mean !== null && mean >= least ? 'passed' : 'failed',
  message: mean === null ? 'there is none: the dimensions differ' : `it is ${mean.toFixed(4)}`,
});

async function encodeAll(
  model: EncoderModel,
  { set: { queries: texts }, cacheFolder }: ParityInput,
  run: RunOptions,
): Promise<Float32Array[]> {
  const encoder = await openEncoder(model, { device: 'cpu', workers: 1, use: 'query', cacheFolder }, run);
  const vectors: Float32Array[] = [];
  try {
    for (const { text } of texts) {
      const { vector } = await encoder.encode(text, { role: 'query', ...(run.signal && { signal: run.signal }) });
      vectors.push(vector);
      run.onEvent?.({
        type: 'progress',
        stage: model.card.name,
        done: vectors.length,
        total: texts.length,
        unit: 'texts',
      });
    }
  } finally {
    await encoder.close();
  }
  return vectors;
}

function cosine(a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (!a || !b) return 0;
  let [dot, ofA, ofB] = [0, 0, 0];
  for (const [index, value] of a.entries()) {
    const other = b[index] ?? 0;
    dot += value * other;
    ofA += value * value;
    ofB += other * other;
  }
  return ofA === 0 || ofB === 0 ? 0 : dot / Math.sqrt(ofA * ofB);
}

/** Indices of the texts nearest to one of them, itself left out. */
function nearest(vectors: readonly Float32Array[], index: number): number[] {
  const own = vectors[index];
  return vectors
    .map((vector, other) => ({ other, score: other === index ? -Infinity : cosine(own, vector) }))
    .toSorted((one, two) => two.score - one.score || one.other - two.other)
    .slice(0, neighbours)
    .map(({ other }) => other);
}

const shared = (a: readonly number[], b: readonly number[]): number => {
  const known = new Set(b);
  return mean(a.map((one) => (known.has(one) ? 1 : 0)));
};
