/**
 * `verify-model` of a model over HTTP: what its vectors show. Checks of files cannot be made, and say so.
 */
import type { RunOptions } from '../../lib/events.ts';
import { QdxError } from '../../lib/errors.ts';
import { fingerprint } from '../models/cards/space.ts';
import { servedName } from '../models/endpoint/ask-vectors.ts';
import type { EndpointModel } from '../models/found-model.ts';
import type { EncoderModel, FoundModel } from '../models/found-model.ts';
import { openEncoder } from '../models/open-encoder.ts';
import { measure } from './figures.ts';
import { checkKnownAnswers } from './known-answers.ts';
import type { VectorLab } from './lab.ts';
import { compareParity, pairsOfFile, type ReferencePair } from './parity.ts';
import { parityTexts } from './parity-texts.ts';
import { type Check, skipped, type VerifyReport } from './report.ts';
import { checkDeterminism, checkDimension, checkNorm, checkPrefixes } from './vector-checks.ts';
import type { VerifyParams } from './verify-model.ts';

export interface VerifyEndpointParams extends Pick<VerifyParams, 'cacheFolder' | 'reference' | 'further'> {
  readonly model: EncoderModel;
}

const noFiles = 'its files are where it is served';

/** Every text of it is paid for: as few as show something. */
const work = { workers: 1, queries: 10, bulkMs: 0 };

/** @throws QdxError where the endpoint cannot be asked at all; a failed check is a result, not an error. */
export async function verifyEndpoint(params: VerifyEndpointParams, run: RunOptions = {}): Promise<VerifyReport> {
  const { model, further = [] } = params;
  if (model.origin !== 'endpoint') throw new QdxError('usage', `${model.card.name} is no model over HTTP`);
  run.onEvent?.({ type: 'phase', name: 'asking the endpoint' });
  const lab = await openEndpointLab(model, params, run);
  try {
    const checks: Check[] = [skipped('files and hashes', 'the hashes of the card', noFiles)];
    const steps: readonly ((opened: VectorLab) => Promise<Check | Check[]>)[] = [
      checkDimension,
      checkNorm,
      async () => skipped('pooling', 'as the model wants it', noFiles),
      checkPrefixes,
      async () => skipped('long text', `${model.card.maxTokens} tokens used`, 'who serves it cuts, unseen from here'),
      checkDeterminism,
      async () => skipped('second opinion', 'transformers.js gives the same vectors', noFiles),
      (opened) => checkEndpointParity(opened, model, params, run),
      checkKnownAnswers,
      ...further,
    ];
    for (const step of steps) {
      run.signal?.throwIfAborted();
      checks.push(...[await step(lab)].flat());
    }
    const figures = await measure(lab, work);
    const passed = checks.every(({ status }) => status !== 'failed');
    return { schemaVersion: 1, model: model.card, fingerprint: fingerprint(model.card), passed, checks, figures };
  } finally {
    await lab.close();
  }
}

async function openEndpointLab(
  model: EndpointModel,
  { cacheFolder }: VerifyEndpointParams,
  run: RunOptions,
): Promise<VectorLab> {
  const options = { device: 'cpu', workers: 1, cacheFolder } as const;
  const bare = { ...model, card: { ...model.card, queryPrefix: '', documentPrefix: '' }, notes: [] };
  const start = performance.now();
  const query = await openEncoder({ ...model, notes: [] }, { ...options, use: 'query' }, run);
  await query.encode('the first query', { role: 'query' });
  const openMs = performance.now() - start;
  const bulk = await openEncoder(model, { ...options, use: 'bulk' }, run);
  const raw = await openEncoder(bare, { ...options, use: 'query' }, run);
  return {
    model,
    query,
    bulk,
    openMs,
    raw: (text) => raw.encode(text, { role: 'document' }),
    close: async () => {
      await Promise.all([query.close(), bulk.close(), raw.close()]);
    },
  };
}

/** Against the lines of a reference, or the model of its name on this machine. */
async function checkEndpointParity(
  lab: VectorLab,
  model: EndpointModel,
  { reference, cacheFolder }: VerifyEndpointParams,
  run: RunOptions,
): Promise<Check> {
  const { dimension, parityFloor } = model.card;
  if (reference !== undefined) return compareParity(lab, await pairsOfFile(reference, dimension), parityFloor);
  const { local } = model;
  const isItself = local && [local.card.name, local.card.repository].includes(servedName(model.card.name));
  if (!isItself || local.card.dimension !== dimension) return compareParity(lab, null, parityFloor);
  const pairs = await pairsOfLocal(local, cacheFolder, run);
  const check = await compareParity(lab, pairs, Math.min(parityFloor, local.card.parityFloor));
  return { ...check, found: `${check.found}, against ${local.card.name} on this machine` };
}

async function pairsOfLocal(local: FoundModel, cacheFolder: string, run: RunOptions): Promise<ReferencePair[]> {
  const bare = { ...local, card: { ...local.card, documentPrefix: '' } };
  const encoder = await openEncoder(bare, { device: 'cpu', workers: 1, use: 'query', cacheFolder }, run);
  const pairs: ReferencePair[] = [];
  try {
    for (const text of parityTexts)
      pairs.push({ text, reference: (await encoder.encode(text, { role: 'document' })).vector });
  } finally {
    await encoder.close();
  }
  return pairs;
}
