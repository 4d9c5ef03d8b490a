/**
 * What CUDA needs, read off real Linux libraries; no CUDA is where qdx is tested, so that a missing one is what can be seen.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { describeMissing, missingCudaLibraries, whereToGet } from '../../../src/core/models/onnx/cuda-libraries.ts';
import { checkedDevice, cpuDevice } from '../../../src/core/models/onnx/devices.ts';
import { neededLibraries } from '../../../src/core/models/onnx/elf-needed.ts';
import { gpuBatchTokens } from '../../../src/core/models/onnx/gpu-memory.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const isLinux = platform() === 'linux' && arch() === 'x64';
const runtime = join(
  dirname(createRequire(import.meta.url).resolve('onnxruntime-node')),
  '../bin/napi-v6/linux/x64/libonnxruntime.so.1',
);

test.runIf(isLinux)('a real library says what it needs', async () => {
  expect(await neededLibraries(runtime)).toEqual(expect.arrayContaining(['libstdc++.so.6', 'libc.so.6']));
});

test('a file of another kind needs nothing that can be told', async () => {
  const file = join(temporaryFolder(), 'text');
  writeFileSync(file, 'no library at all, though long enough to hold a header of one, which takes 64 bytes');
  expect(await neededLibraries(file)).toBeNull();
});

test.runIf(isLinux)('what the loader knows is there, and a folder of LD_LIBRARY_PATH is looked into', async () => {
  // The runtime itself needs nothing of CUDA: cuDNN, which is opened later, is what is left.
  expect(await missingCudaLibraries(runtime, {})).toEqual(['libcudnn.so.9']);
  const folder = temporaryFolder('cuda');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'libcudnn.so.9'), '');
  expect(await missingCudaLibraries(runtime, { LD_LIBRARY_PATH: `/nowhere:${folder}` })).toEqual([]);
});

test('missing libraries are named, with where to get those of their version', () => {
  const missing = ['libcuda.so.1', 'libcudart.so.13', 'libcublas.so.13', 'libcudnn.so.9'];
  expect(describeMissing(missing)).toBe(
    'the loader does not find libcuda.so.1, libcudart.so.13, libcublas.so.13, libcudnn.so.9, which this onnxruntime-node needs',
  );
  expect(whereToGet(missing)).toMatch(
    /^Install the NVIDIA driver .* CUDA 13 .* nvidia-cuda-runtime nvidia-cublas nvidia-cudnn-cu13,/,
  );
  expect(whereToGet(['libcublas.so.12', 'libcudnn.so.9'])).toContain(
    'pip install nvidia-cublas-cu12 nvidia-cudnn-cu12,',
  );
});

test('a processor needs none of them', async () => {
  expect(await checkedDevice('auto', cpuDevice, { environment: {} })).toBe(cpuDevice);
});

test.each([
  ['what usually fits where nothing is known', null, 384, 16_384],
  ['the most that gains on a large one', 80e9, 768, 16_384],
  ['less on one that is nearly full', 1e9, 768, 3829],
  ['never less than one long text', 1e6, 3584, 512],
])('tokens of a run on a GPU: %s', (_title, freeBytes, dimension, expected) => {
  expect(gpuBatchTokens(freeBytes, { dimension })).toBe(expected);
});
