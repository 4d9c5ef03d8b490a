/**
 * Flags of the settings that decide how a collection is made and filled: the same for every command that may make one.
 */
import type { Command } from 'commander';
import { addSettingOptions } from './setting-options.ts';
import type { Origin } from '../core/config/resolve.ts';
import type { SettingPath } from '../core/config/table.ts';

const fillingFlags = [
  'upload.batchSize',
  'upload.parallel',
  'upload.onDuplicate',
] as const satisfies readonly SettingPath[];

const makingFlags = [
  'upload.alias',
  'vector.size',
  'vector.distance',
  'vector.name',
  'vector.sparseName',
  'vector.onDisk',
  'vector.quantization.kind',
  'vector.quantization.quantile',
  'vector.quantization.alwaysRam',
  'vector.quantization.encoding',
  'vector.quantization.queryEncoding',
  'index.m',
  'index.efConstruct',
  'index.fullScanThresholdKb',
  'index.onDisk',
  'index.payloadIndexes',
  'optimization.segmentNumber',
  'optimization.memmapThresholdKb',
  'optimization.indexingThresholdKb',
  'optimization.shardNumber',
  'optimization.replicationFactor',
  'optimization.writeConsistencyFactor',
] as const satisfies readonly SettingPath[];

export function addCollectionSettings(command: Command): void {
  addSettingOptions(command, fillingFlags);
  addSettingOptions(command, makingFlags, 'Options of a new collection:');
}

/** Which of them were typed, by their paths: an existing collection must not ignore them. */
export const typedMakingFlags = (origins: Readonly<Record<string, Origin>>): Partial<Record<SettingPath, string>> =>
  Object.fromEntries(
    makingFlags.flatMap((path) => {
      const origin = origins[path];
      return origin?.kind === 'flag' ? [[path, origin.name]] : [];
    }),
  );
