/**
 * How a corpus is cut for a given model.
 */
import type { ChunkingSettings } from '../chunk.ts';
import type { TemplateId } from '../template.ts';

/** Raised when the same input would give other chunks. */
const chunkingVersion = 1;

/** About a section: what a 256-token model takes whole, with room left for path and headings. */
const documentTokens = 230;
/** About 40 lines of code. */
const codeTokens = 400;
const documentMinTokens = 40;
const codeMinTokens = 40;
const defaultTemplate: TemplateId = 'path-headings-content@1';

export interface ChunkingInput {
  /** The model's limit, special tokens included. */
  readonly maxTokens: number;
  /** Size aimed at for documents and code alike; 0: what suits each. */
  readonly chunkTokens?: number;
  readonly template?: TemplateId;
}

/** The chunking of a model: sizes aimed at never exceed its limit. */
export function chunkingSettings({ maxTokens, chunkTokens = 0, template }: ChunkingInput): ChunkingSettings {
  return {
    version: chunkingVersion,
    maxTokens,
    targetTokens: Math.min(maxTokens, chunkTokens || documentTokens),
    codeTargetTokens: Math.min(maxTokens, chunkTokens || codeTokens),
    minTokens: Math.min(documentMinTokens, Math.floor(maxTokens / 4)),
    codeMinTokens: Math.min(codeMinTokens, Math.floor(maxTokens / 4)),
    template: template ?? defaultTemplate,
  };
}
