/**
 * Figures of a model on this machine. They inform; no check hangs on a clock.
 */
import { cpus } from 'node:os';
import { cpuFlags } from '../models/onnx/mapped-model.ts';
import { ortVersion } from '../models/onnx/session.ts';
import type { VectorLab } from './lab.ts';
import { parityTexts } from './parity-texts.ts';
import type { VerifyFigures } from './report.ts';

export interface MeasuredWork {
  readonly workers: number;
  readonly queries: number;
  /** Texts are encoded side by side for so long, each of them once at least. */
  readonly bulkMs: number;
}

/** Long enough for a steady rate, short enough for a check that people run often. */
export const usualWork = { queries: 60, bulkMs: 3000 };

/** What decides the speed of int8 on x86 and ARM; other flags are noise here. */
const tellingFlags = /^(avx2|avx512f|avx512_vnni|avx_vnni|avx512_bf16|amx_int8|amx_bf16|amx_tile|asimddp|i8mm|sve)$/;

export async function measure(lab: VectorLab, { workers, queries, bulkMs }: MeasuredWork): Promise<VerifyFigures> {
  const times: number[] = [];
  for (let index = 0; index < queries; index++) {
    const start = performance.now();
    await lab.query.encode(`how is setting number ${index} read from the configuration file`, { role: 'query' });
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return {
    device: lab.bulk.device,
    ortVersion: lab.bulk.kind === 'onnx' ? await ortVersion() : null,
    cpu: cpus()[0]?.model ?? 'unknown',
    cpuFlags: (await cpuFlags()).filter((flag) => tellingFlags.test(flag)),
    openMs: lab.openMs,
    queryP50Ms: times[Math.floor(times.length * 0.5)] ?? Number.NaN,
    queryP95Ms: times[Math.floor(times.length * 0.95)] ?? Number.NaN,
    workers,
    tokensPerSecond: await tokensPerSecond(lab, bulkMs),
  };
}

async function tokensPerSecond({ bulk }: VectorLab, bulkMs: number): Promise<number> {
  const start = performance.now();
  let tokens = 0;
  let next = 0;
  const keepBusy = async (): Promise<void> => {
    while (next < parityTexts.length || performance.now() - start < bulkMs) {
      const text = parityTexts[next++ % parityTexts.length] ?? '';
      const { tokenCount } = await bulk.encode(text, { role: 'document' });
      tokens += tokenCount;
    }
  };
  await Promise.all(Array.from({ length: bulk.parallel * 2 }, keepBusy));
  return tokens / ((performance.now() - start) / 1000);
}
