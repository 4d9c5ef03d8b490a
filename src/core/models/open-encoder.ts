/**
 * Opens the encoder of a model for what it is wanted for.
 */
import { availableParallelism } from 'node:os';
import type { RunOptions } from '../../lib/events.ts';
import { checkedDevice, chooseDevice, cpuDevice, cudaMissing, type DeviceChoice, deviceFacts } from './onnx/devices.ts';
import type { WorkerDevice } from './workers/messages.ts';
import type { Encoder } from './encoder.ts';
import type { EncoderModel, FoundModel } from './found-model.ts';
import { createInlineEncoder } from './encoders/inline-encoder.ts';
import { createProcessEncoder } from './encoders/process-encoder.ts';

export interface EncoderOptions {
  readonly device: DeviceChoice;
  /** Sessions on CPU, each a process of one thread; 0: one for each core. A GPU has one. */
  readonly workers: number;
  /**
   * `query`: a few short texts, the fastest start, on the calling thread. `bulk`: many texts, the highest rate, in
   * processes of their own. Both give the same bytes on CPU.
   */
  readonly use: 'query' | 'bulk';
  /** The user's cache folder of qdx. */
  readonly cacheFolder: string;
  /** Tokens of a padded run on a GPU; absent: what its free memory bears. */
  readonly gpuBatchTokens?: number;
  /**
   * The caller's environment, of which `bulk` processes get what native libraries look at (`CUDA_*`, `LD_LIBRARY_PATH`, …);
   * absent: nothing.
   */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * @throws QdxError `verification` where a file is not the one of the card, `failed` where `cuda` cannot be had,
 * `refused` for unsafe external data, and where texts may not go to an endpoint.
 */
export async function openEncoder(
  model: EncoderModel,
  options: EncoderOptions,
  run: RunOptions = {},
): Promise<Encoder> {
  for (const message of model.notes) run.onEvent?.({ type: 'note', message });
  if (model.origin === 'endpoint') {
    const { createEndpointEncoder } = await import('./endpoint/endpoint-encoder.ts');
    return createEndpointEncoder(model, options.use, run);
  }
  if (options.use === 'query' && options.device !== 'cuda') return createInlineEncoder(model, options.cacheFolder, run);
  const { environment = {} } = options;
  const chosen = chooseDevice(options.device, deviceFacts(), run.onEvent);
  const device = await checkedDevice(options.device, chosen, { environment, onEvent: run.onEvent });
  const onCpu = { device: cpuDevice, batchTokens: 0, workers: options.workers || availableParallelism(), environment };
  if (device.provider === 'cpu') return createProcessEncoder(model, onCpu, run);
  try {
    const batchTokens = options.gpuBatchTokens ?? (await fittingTokens(model, device, run));
    return await createProcessEncoder(model, { device, workers: 1, batchTokens, environment }, run);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    if (options.device === 'cuda') throw cudaMissing(said, error);
    run.onEvent?.({ type: 'warning', message: `running on CPU, since CUDA could not be started: ${said}` });
    return createProcessEncoder(model, onCpu, run);
  }
}

/** Of files that a GPU gains nothing by it says so: integer kernels of ONNX Runtime's CUDA provider fall back to the processor. */
async function fittingTokens({ card }: FoundModel, device: WorkerDevice & { provider: 'cuda' }, run: RunOptions) {
  const { freeGpuBytes, gpuBatchTokens } = await import('./onnx/gpu-memory.ts');
  if (card.dtype !== 'fp16' && card.dtype !== 'fp32')
    run.onEvent?.({
      type: 'warning',
      message: `${card.file} of ${card.name} is ${card.dtype}: a GPU gains nothing by it. Its fp16 file is chosen by a folder as --model; where that has several: qdx models card <folder> --file onnx/model_fp16.onnx --write`,
    });
  return gpuBatchTokens(await freeGpuBytes(device.deviceId), card);
}
