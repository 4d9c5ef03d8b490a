/**
 * Figures of a model on this machine. They inform; no check hangs on a clock.
 */
import { cpus } from 'node:os';
import { cpuFlags } from '../models/onnx/mapped-model.ts';
import { ortVersion } from '../models/onnx/session.ts';
import type { Lab } from './lab.ts';
import { parityTexts } from './parity-texts.ts';
import type { VerifyFigures } from './report.ts';

const queries = 60;
/** Long enough for a steady rate, short enough for a check that people run often. */
const bulkMs = 3000;

/** What decides the speed of int8 on x86 and ARM; other flags are noise here. */
const tellingFlags = /^(avx2|avx512f|avx512_vnni|avx_vnni|avx512_bf16|amx_int8|amx_bf16|amx_tile|asimddp|i8mm|sve)$/;

export async function measure(lab: Lab, workers: number): Promise<VerifyFigures> {
  const times: number[] = [];
  for (let index = 0; index < queries; index++) {
    const start = performance.now();
    await lab.query.encode(`how is setting number ${index} read from the configuration file`, { role: 'query' });
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return {
    device: lab.bulk.device,
    ortVersion: await ortVersion(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cpuFlags: (await cpuFlags()).filter((flag) => tellingFlags.test(flag)),
    openMs: lab.openMs,
    queryP50Ms: times[Math.floor(times.length * 0.5)] ?? Number.NaN,
    queryP95Ms: times[Math.floor(times.length * 0.95)] ?? Number.NaN,
    workers,
    tokensPerSecond: await tokensPerSecond(lab),
  };
}

async function tokensPerSecond({ bulk }: Lab): Promise<number> {
  const start = performance.now();
  let tokens = 0;
  let next = 0;
  const keepBusy = async (): Promise<void> => {
    while (performance.now() - start < bulkMs) {
      const text = parityTexts[next++ % parityTexts.length] ?? '';
      const { tokenCount } = await bulk.encode(text, { role: 'document' });
      tokens += tokenCount;
    }
  };
  await Promise.all(Array.from({ length: bulk.parallel * 2 }, keepBusy));
  return tokens / ((performance.now() - start) / 1000);
}
