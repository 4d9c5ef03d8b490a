import { expect, test } from 'vitest';
import { chooseDevice, type DeviceChoice, type DeviceFacts } from '../../../src/core/models/onnx/devices.ts';
import type { QdxEvent } from '../../../src/lib/events.ts';

const ready: DeviceFacts = { cudaObstacle: null, hasNvidiaGpu: true };
const noLibrary: DeviceFacts = { cudaObstacle: 'no libonnxruntime_providers_cuda.so', hasNvidiaGpu: true };
const noGpu: DeviceFacts = { cudaObstacle: 'no libonnxruntime_providers_cuda.so', hasNvidiaGpu: false };
const libraryAlone: DeviceFacts = { cudaObstacle: null, hasNvidiaGpu: false };

const choices: readonly [DeviceChoice, string, DeviceFacts, string, number][] = [
  ['cpu', 'a ready GPU', ready, 'cpu', 0],
  ['auto', 'a ready GPU', ready, 'cuda', 0],
  ['cuda', 'a ready GPU', ready, 'cuda', 0],
  ['auto', 'a GPU without its library', noLibrary, 'cpu', 1],
  ['auto', 'no GPU', noGpu, 'cpu', 0],
  ['auto', 'the library without a GPU', libraryAlone, 'cpu', 0],
];

test.each(choices)('--device %s with %s', (choice, _what, facts, provider, warnings) => {
  const events: QdxEvent[] = [];
  expect(chooseDevice(choice, facts, (event) => events.push(event)).provider).toBe(provider);
  expect(events.filter(({ type }) => type === 'warning')).toHaveLength(warnings);
});

test.each([noLibrary, noGpu])('--device cuda without it fails and names what is missing: %j', (facts) => {
  expect(() => chooseDevice('cuda', facts)).toThrow(/--device cuda cannot be had: no libonnxruntime_providers_cuda.so/);
});
