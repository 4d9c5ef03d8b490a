/**
 * Presets: defaults that fit together, one step above the plain ones.
 */
import type { Settings } from './schema.ts';

export type PresetName = Settings['preset'];

interface PresetSettings {
  readonly embed: { readonly model: string };
  readonly vector: { readonly size: Settings['vector']['size'] };
}

/** Prose of any kind, with the model that ships with qdx. */
const createDocumentsPreset = (): PresetSettings => ({
  embed: { model: 'all-MiniLM-L6-v2' },
  vector: { size: 'auto' },
});

/** Source code, with a model made for it. */
const createCodePreset = (): PresetSettings => ({
  embed: { model: 'nomic-ai/CodeRankEmbed' },
  vector: { size: 768 },
});

const presets = {
  documents: createDocumentsPreset,
  code: createCodePreset,
} satisfies Record<PresetName, () => PresetSettings>;

export const createPreset = (name: PresetName): PresetSettings => presets[name]();
