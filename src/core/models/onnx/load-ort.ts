/**
 * The one place that loads ONNX Runtime: late, since it takes 20 to 40 ms, and never with its telemetry.
 */
import type * as Ort from 'onnxruntime-node';
import { disableOnnxRuntimeTelemetry } from '../../../lib/native-telemetry.ts';

export async function loadOrt(): Promise<typeof Ort> {
  disableOnnxRuntimeTelemetry();
  return import('onnxruntime-node');
}
