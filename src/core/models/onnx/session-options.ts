/**
 * Session options, one set for each use. Values measured with ORT 1.30 on x86-64 (docs/models.md): switching off
 * SkipLayerNormFusion makes int8 graphs 1.1 to 1.25 times as fast, and one thread a session with a session a core beats
 * one session with as many threads.
 */
import type { InferenceSession } from 'onnxruntime-node';
import type { WorkerDevice } from '../workers/messages.ts';

type SessionOptions = InferenceSession.SessionOptions;

const oneThread = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  logSeverityLevel: 3,
} as const;
const noSkipLayerNormFusion = { disable_specified_optimizers: 'SkipLayerNormFusion' };

/** Many texts: the graph optimised and the weights packed at the start. */
export function bulkSession(device: WorkerDevice): SessionOptions {
  const provider = device.provider === 'cpu' ? 'cpu' : { name: 'cuda', deviceId: device.deviceId };
  return { ...oneThread, executionProviders: [provider], extra: { optimization: noSkipLayerNormFusion } };
}

/** The same graph, which is also written to `mappedFile` as ORT has optimised it for this machine. */
export function writingSession(mappedFile: string): SessionOptions {
  return {
    ...oneThread,
    executionProviders: ['cpu'],
    optimizedModelFilePath: mappedFile,
    extra: { optimization: noSkipLayerNormFusion, session: { save_model_format: 'ORT' } },
  };
}

/** One query: a file that `writingSession` wrote, mapped into memory and used as it lies there. */
export const mappedSession: SessionOptions = {
  ...oneThread,
  executionProviders: ['cpu'],
  graphOptimizationLevel: 'disabled',
  extra: {
    session: {
      use_memory_mapped_ort_model: '1',
      use_ort_model_bytes_for_initializers: '1',
      disable_prepacking: '1',
    },
  },
};
