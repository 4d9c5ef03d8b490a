/**
 * The layout that was typed: flags of settings as the server keeps them. What only stands in a settings file is for collections
 * that are made from it, and changes no copy.
 */
import type { Settings } from '../../config/schema.ts';
import type { SettingPath } from '../../config/table.ts';
import { quantizationBody } from '../../qdrant/collection/collection-schema.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import type { LayoutChanges } from './layout.ts';

export type { LayoutChanges } from './layout.ts';

type Group = 'params' | 'hnsw_config' | 'optimizer_config';
type Place = readonly [group: Group, key: string, value: (settings: Settings) => unknown];

/** By setting: where the server keeps it. */
const places = {
  'optimization.shardNumber': ['params', 'shard_number', ({ optimization }) => optimization.shardNumber],
  'optimization.replicationFactor': [
    'params',
    'replication_factor',
    ({ optimization }) => optimization.replicationFactor,
  ],
  'optimization.writeConsistencyFactor': [
    'params',
    'write_consistency_factor',
    ({ optimization }) => optimization.writeConsistencyFactor,
  ],
  'index.m': ['hnsw_config', 'm', ({ index }) => index.m],
  'index.efConstruct': ['hnsw_config', 'ef_construct', ({ index }) => index.efConstruct],
  'index.fullScanThresholdKb': ['hnsw_config', 'full_scan_threshold', ({ index }) => index.fullScanThresholdKb],
  'index.onDisk': ['hnsw_config', 'on_disk', ({ index }) => index.onDisk],
  'optimization.segmentNumber': [
    'optimizer_config',
    'default_segment_number',
    ({ optimization }) => optimization.segmentNumber,
  ],
  'optimization.memmapThresholdKb': [
    'optimizer_config',
    'memmap_threshold',
    ({ optimization }) => optimization.memmapThresholdKb,
  ],
  'optimization.indexingThresholdKb': [
    'optimizer_config',
    'indexing_threshold',
    ({ optimization }) => optimization.indexingThresholdKb,
  ],
} as const satisfies Partial<Record<SettingPath, Place>>;

const quantizationSettings = [
  'vector.quantization.kind',
  'vector.quantization.quantile',
  'vector.quantization.alwaysRam',
  'vector.quantization.encoding',
  'vector.quantization.queryEncoding',
] as const satisfies readonly SettingPath[];

/** Settings that change the layout of a copy. */
export const layoutSettings: readonly SettingPath[] = [
  ...(Object.keys(places) as (keyof typeof places)[]),
  'vector.onDisk',
  ...quantizationSettings,
];

/** @throws QdxError `refused` for a quantization that the target's server does not know. */
export async function typedLayout(
  target: Connection,
  settings: Settings,
  isTyped: (path: SettingPath) => boolean,
): Promise<LayoutChanges> {
  const groups: Partial<Record<Group, Record<string, unknown>>> = {};
  for (const [path, [group, key, value]] of Object.entries(places) as [SettingPath, Place][])
    if (isTyped(path)) (groups[group] ??= {})[key] = value(settings);
  const { onDisk, quantization } = settings.vector;
  return {
    ...groups,
    ...(isTyped('vector.onDisk') && { vectorsOnDisk: onDisk }),
    ...(quantizationSettings.some((path) => isTyped(path)) && {
      quantization_config: quantizationBody(quantization, await target.server()),
    }),
  };
}
