/**
 * `verify-model`: checks that a model gives the vectors that its card promises, before anything is built on them.
 */
import { availableParallelism } from 'node:os';
import type { RunOptions } from '../../lib/events.ts';
import type { DeviceChoice } from '../models/onnx/devices.ts';
import type { FoundModel } from '../models/found-model.ts';
import { fingerprint } from '../models/cards/space.ts';
import { checkFiles } from './file-check.ts';
import { measure, usualWork } from './figures.ts';
import { checkKnownAnswers } from './known-answers.ts';
import { type Lab, openLab, type VectorLab } from './lab.ts';
import { checkParity } from './parity.ts';
import type { Check, VerifyReport } from './report.ts';
import { checkSecondOpinion } from './second-opinion.ts';
import {
  checkDeterminism,
  checkDimension,
  checkLongText,
  checkNorm,
  checkPooling,
  checkPrefixes,
} from './vector-checks.ts';

export interface VerifyParams {
  readonly model: FoundModel;
  readonly device: DeviceChoice;
  /** 0: one for each core. */
  readonly workers: number;
  readonly cacheFolder: string;
  /** For the encoder's processes; see EncoderOptions. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** ONNX file or JSON lines of vectors to compare with. */
  readonly reference?: string;
  /** Further checks that need more than the model, such as that of a collection. */
  readonly further?: readonly ((lab: VectorLab) => Promise<Check>)[];
}

/** @throws QdxError where the model cannot be opened at all; a failed check is a result, not an error. */
export async function verifyModel(params: VerifyParams, run: RunOptions = {}): Promise<VerifyReport> {
  const { model, reference, further = [] } = params;
  const phase = (name: string): void => run.onEvent?.({ type: 'phase', name });
  phase('checking files');
  const files = await checkFiles(model);
  phase('opening the model');
  const workers = params.workers || availableParallelism();
  const lab = await openLab(model, { ...params, workers }, run);
  try {
    const checks: Check[] = [files];
    for (const step of [
      ...vectorChecks,
      (opened: Lab) => checkParity(opened, reference),
      checkKnownAnswers,
      ...further,
    ]) {
      run.signal?.throwIfAborted();
      checks.push(...[await step(lab)].flat());
    }
    phase('measuring');
    const figures = await measure(lab, { ...usualWork, workers });
    const passed = checks.every(({ status }) => status !== 'failed');
    return { schemaVersion: 1, model: model.card, fingerprint: fingerprint(model.card), passed, checks, figures };
  } finally {
    await lab.close();
  }
}

const vectorChecks: readonly ((lab: Lab) => Promise<Check | Check[]>)[] = [
  checkDimension,
  checkNorm,
  checkPooling,
  checkPrefixes,
  checkLongText,
  checkDeterminism,
  checkSecondOpinion,
];
