/**
 * Parameters of an endpoint as the settings make them, with what a test changes.
 */
import { settingsSchema } from '../../src/core/config/schema.ts';
import type { EndpointParams } from '../../src/core/models/endpoint/endpoint-params.ts';

export function endpointParams(changes: Partial<EndpointParams> = {}): EndpointParams {
  const { endpoint } = settingsSchema.parse({});
  return { ...(endpoint as Omit<EndpointParams, 'insecure'>), insecure: false, ...changes };
}
