/**
 * Telemetry of native libraries, switched off. ONNX Runtime 1.30 keeps a device id and a queue of events in the user's
 * cache folder and sends them to its maker unless its variable is set before the library is loaded.
 */
export function disableOnnxRuntimeTelemetry(): void {
  // oxlint-disable-next-line node/no-process-env -- native code reads the variable from nowhere else
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
}
