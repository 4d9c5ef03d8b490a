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
import type { Environment } from '../workers/process-environment.ts';
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

const getProvider =
  "Get onnxruntime's CUDA provider with ONNXRUNTIME_NODE_INSTALL=true npm rebuild --ignore-scripts=false onnxruntime-node (CUDA 12 and cuDNN 9 must be there)";

export const cudaMissing = (obstacle: string, cause?: unknown, way: string = getProvider): QdxError =>
  new QdxError('failed', `--device cuda cannot be had: ${obstacle}`, {
    hint: `${way.replace(/\.$/, '')}, or use --device cpu`,
    cause,
  });

export function deviceFacts(): DeviceFacts {
  return { cudaObstacle: findCudaObstacle(), hasNvidiaGpu: existsSync('/dev/nvidia0') || existsSync('/dev/dxg') };
}

/**
 * Whether the loader will find what the provider needs: asked before a model is loaded, and of all libraries at once.
 * @returns the device that can be had. @throws QdxError `failed` for `cuda`, naming every library that is missing and where to get it.
 */
export async function checkedDevice(
  choice: DeviceChoice,
  device: WorkerDevice,
  { environment, onEvent }: { readonly environment: Environment; readonly onEvent?: OnEvent | undefined },
): Promise<WorkerDevice> {
  if (device.provider === 'cpu') return device;
  const { describeMissing, missingCudaLibraries, whereToGet } = await import('./cuda-libraries.ts');
  const missing = await missingCudaLibraries(providerFile('libonnxruntime_providers_cuda.so'), environment);
  if (missing.length === 0) return device;
  const [obstacle, way] = [describeMissing(missing), whereToGet(missing)];
  if (choice === 'cuda') throw cudaMissing(obstacle, undefined, way);
  onEvent?.({ type: 'warning', message: `running on CPU although there is an NVIDIA GPU: ${obstacle}. ${way}` });
  return cpuDevice;
}

/** ORT's CUDA provider exists for Linux on x86-64 only, as two libraries that its install script downloads. */
function findCudaObstacle(): string | null {
  if (platform() !== 'linux' || arch() !== 'x64')
    return `onnxruntime-node has no CUDA provider for ${platform()} on ${arch()}`;
  const missing = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'].filter(
    (file) => !existsSync(providerFile(file)),
  );
  return missing.length === 0 ? null : `this installation of onnxruntime-node has no ${missing.join(' and no ')}`;
}

const providerFile = (name: string): string =>
  join(dirname(createRequire(import.meta.url).resolve('onnxruntime-node')), '../bin/napi-v6/linux/x64', name);
