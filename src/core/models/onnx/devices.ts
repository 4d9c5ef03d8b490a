/**
 * Which device runs a model. A missing CUDA provider throws deep inside ORT and a misspelt one silently runs on CPU, so
 * names are checked and libraries looked for before a session is opened.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { QdxError } from '../../../lib/errors.ts';
import type { OnEvent } from '../../../lib/events.ts';
import type { WorkerDevice } from '../workers/messages.ts';

export type DeviceChoice = 'auto' | 'cpu' | 'cuda';

export const cpuDevice: WorkerDevice = { provider: 'cpu' };
const firstGpu: WorkerDevice = { provider: 'cuda', deviceId: 0 };

export interface DeviceFacts {
  /** Null: CUDA sessions can be tried. Else why not, as the end of a sentence. */
  readonly cudaObstacle: string | null;
  readonly hasNvidiaGpu: boolean;
}

/**
 * `cuda` fails where it cannot be had; `auto` takes it where it can, and says so aloud where a GPU lies idle.
 * @throws QdxError `failed` naming what is missing.
 */
export function chooseDevice(choice: DeviceChoice, facts: DeviceFacts, onEvent?: OnEvent): WorkerDevice {
  if (choice === 'cpu') return cpuDevice;
  if (facts.cudaObstacle === null && (choice === 'cuda' || facts.hasNvidiaGpu)) return firstGpu;
  if (choice === 'cuda') throw cudaMissing(facts.cudaObstacle ?? 'there is no GPU');
  if (facts.hasNvidiaGpu)
    onEvent?.({ type: 'warning', message: `running on CPU although there is an NVIDIA GPU: ${facts.cudaObstacle}` });
  return cpuDevice;
}

export const cudaMissing = (obstacle: string, cause?: unknown): QdxError =>
  new QdxError('failed', `--device cuda cannot be had: ${obstacle}`, {
    hint: 'Install the CUDA libraries with ONNXRUNTIME_NODE_INSTALL=true npm rebuild --ignore-scripts=false onnxruntime-node (CUDA 12 and cuDNN 9 must be there), or use --device cpu.',
    cause,
  });

export function deviceFacts(): DeviceFacts {
  return { cudaObstacle: findCudaObstacle(), hasNvidiaGpu: existsSync('/dev/nvidia0') || existsSync('/dev/dxg') };
}

/** ORT's CUDA provider exists for Linux on x86-64 only, as two libraries that its install script downloads. */
function findCudaObstacle(): string | null {
  if (platform() !== 'linux' || arch() !== 'x64')
    return `onnxruntime-node has no CUDA provider for ${platform()} on ${arch()}`;
  const folder = join(dirname(createRequire(import.meta.url).resolve('onnxruntime-node')), '../bin/napi-v6/linux/x64');
  const missing = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'].filter(
    (file) => !existsSync(join(folder, file)),
  );
  return missing.length === 0 ? null : `this installation of onnxruntime-node has no ${missing.join(' and no ')}`;
}
