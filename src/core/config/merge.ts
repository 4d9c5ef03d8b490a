/**
 * Merges layers: the first that says something wins; arrays and objects replace.
 */
import { QdxError } from '../../lib/errors.ts';
import type { Layer, LayerValue } from './layer.ts';
import { quantizationKeys } from './schema.ts';
import { settingPaths, type SettingPath } from './table.ts';

export interface RankedValue extends LayerValue {
  /** Number of the layer, 0 the strongest. */
  readonly rank: number;
}

export type Merged = ReadonlyMap<SettingPath, RankedValue>;

/** @param layers The strongest first. */
export function mergeLayers(layers: readonly Layer[]): Merged {
  const merged = new Map<SettingPath, RankedValue>();
  for (const path of settingPaths) {
    const rank = layers.findIndex((layer) => layer.has(path));
    const found = layers[rank]?.get(path);
    if (found) merged.set(path, { ...found, rank });
  }
  return fitQuantization(merged);
}

const prefix = 'vector.quantization.';

/**
 * A stronger layer may name another kind than the weaker one had details for: those go with their kind.
 * @throws QdxError usage for a detail that is as strong as the kind it does not fit.
 */
function fitQuantization(merged: Map<SettingPath, RankedValue>): Merged {
  const kind = merged.get(`${prefix}kind`);
  const name = (kind?.value ?? 'none') as string;
  const fitting = quantizationKeys[name] ?? [];
  for (const [path, { origin, rank }] of merged) {
    if (!path.startsWith(prefix) || fitting.includes(path.slice(prefix.length))) continue;
    merged.delete(path);
    if (kind && rank > kind.rank) continue;
    const kinds = Object.keys(quantizationKeys).filter((other) =>
      quantizationKeys[other]?.includes(path.slice(prefix.length)),
    );
    throw new QdxError('usage', `${origin.name}: ${path} does not go with quantization ${name}`, {
      hint: `it is for ${kinds.join(' and ')}: set vector.quantization.kind (--quantization)`,
    });
  }
  return merged;
}
