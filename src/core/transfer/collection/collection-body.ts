/**
 * From a description to what makes such a collection: the request that creates it, and what can only be set afterwards.
 */
import { stringifyJson } from '../../../lib/json.ts';
import { type CollectionDescription, encodeMetadata } from './collection-description.ts';
import { type TransferMark, transferKey } from '../journal/transfer-mark.ts';

type Config = Readonly<Record<string, unknown>>;

/** Parameters that are no part of creating a collection. */
const changedLater = new Set(['read_fan_out_factor', 'read_fan_out_delay_ms']);

/** JSON of `PUT /collections/{name}`. Strict mode is left out: it may forbid what filling and comparing needs. */
export function createBody({ config, metadata }: CollectionDescription, mark: TransferMark): Buffer {
  const head = stringifyJson({
    ...Object.fromEntries(Object.entries(paramsOf(config)).filter(([key]) => !changedLater.has(key))),
    hnsw_config: config['hnsw_config'],
    optimizers_config: config['optimizer_config'],
    wal_config: config['wal_config'],
    quantization_config: config['quantization_config'],
  });
  const marked = new Map([...metadata, [transferKey, Buffer.from(stringifyJson(mark))]]);
  return Buffer.concat([Buffer.from(`${head.slice(0, -1)},"metadata":`), encodeMetadata(marked), Buffer.from('}')]);
}

/** Body of the `PATCH` that ends the making of a collection; null where there is nothing left. */
export function finishBody({ config }: CollectionDescription): Config | null {
  const params = Object.fromEntries(Object.entries(paramsOf(config)).filter(([key]) => changedLater.has(key)));
  const strict = config['strict_mode_config'];
  if (Object.keys(params).length === 0 && !strict) return null;
  return {
    ...(Object.keys(params).length > 0 && { params }),
    ...(strict !== undefined && strict !== null && { strict_mode_config: strict }),
  };
}

const paramsOf = (config: Config): Config => config['params'] as Config;
