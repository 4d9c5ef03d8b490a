/**
 * Flags of the settings that decide how a collection is made and filled: the same for every command that may make one.
 */
import type { SettingPath } from '../core/config/table.ts';

export const collectionSettingFlags = [
  'vector.distance',
  'vector.name',
  'vector.onDisk',
  'vector.quantization.kind',
  'index.m',
  'index.efConstruct',
  'optimization.segmentNumber',
  'optimization.indexingThresholdKb',
  'optimization.shardNumber',
  'optimization.replicationFactor',
  'optimization.writeConsistencyFactor',
  'upload.batchSize',
  'upload.parallel',
  'upload.onDuplicate',
  'upload.alias',
] as const satisfies readonly SettingPath[];
