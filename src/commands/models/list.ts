/**
 * `qdx models list`: which models are built in, downloaded, or known and not here yet.
 */
import { listModels, type ListedModel } from '../../core/models/list-models.ts';
import { isRerankerCard } from '../../core/models/cards/reranker-card.ts';
import type { CommandModule } from '../command.ts';

export const modelsList: CommandModule = {
  examples: ['qdx models list'],
  define: () => {},
  run: async (_input, context) => {
    const { settings } = await context.settings();
    const models = await listModels({ cacheFolder: context.folders.cache, hub: settings.hub });
    return { data: { schemaVersion: 1, models }, text: () => models.map(renderModel).join('\n') };
  },
};

function renderModel({ card, state, sizeBytes }: ListedModel): string {
  const size = sizeBytes === null ? '' : `, ${(sizeBytes / 1e6).toFixed(0)} MB`;
  const what = isRerankerCard(card)
    ? `reranker, ${card.maxTokens} tokens`
    : `${card.dimension} dimensions, ${card.maxTokens} tokens, ${card.pooling} pooling`;
  const facts = `${what}, ${card.dtype}${size}`;
  const pin =
    card.sha256 === null ? 'not pinned: its first download shows the hashes' : `sha256 ${card.sha256.slice(0, 16)}…`;
  const next = state === 'not downloaded' ? `\n  get it with: qdx models download ${card.name}` : '';
  return `${card.name} (${state})\n  ${facts}\n  ${pin}${next}`;
}
