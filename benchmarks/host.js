/** What a figure means nothing without: processor, its flags, load, versions. */
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { cpuFlags } from '../dist/core/models/onnx/mapped-model.js';
import { ortVersion } from '../dist/core/models/onnx/session.js';

export async function describeHost() {
  const flags = await cpuFlags();
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model,
    cores: availableParallelism(),
    flags: flags.filter((flag) => /^(avx2|avx512f|avx512_vnni|avx_vnni|avx512_bf16|amx_)/.test(flag)),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    load: loadavg(),
    node: process.version,
    ort: await ortVersion(),
  };
}

export const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
export const round = (number, digits = 2) => Number(number.toFixed(digits));

export async function timed(run) {
  const start = performance.now();
  await run();
  return performance.now() - start;
}
