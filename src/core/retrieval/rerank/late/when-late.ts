/**
 * When late interaction takes part in a search that did not ask for it by name: where the collection keeps the bits, of a model
 * whose token vectors a benchmark found usable.
 */
import type { ModelCard } from '../../../models/cards/card.ts';
import type { SearchTarget } from '../../target.ts';
import type { Reranker } from '../port.ts';
import type { RerankParams } from '../params.ts';

/** Whether the query's token vectors will be wanted: they come from the run of the model that makes its vector. */
export const wantsTokens = (rerank: RerankParams | undefined, { tokenVectors }: ModelCard): boolean =>
  (rerank?.kinds.includes('late') ?? false) &&
  (rerank?.late?.isAuto ? tokenVectors === 'usable' : tokenVectors !== 'none');

/** Without those that nobody asked for by name and that no collection has anything stored for. */
export const rerankersInUse = (
  rerankers: readonly Reranker[],
  rerank: RerankParams | undefined,
  targets: readonly SearchTarget[],
): readonly Reranker[] =>
  rerank?.late?.isAuto && !targets.some(({ model, tokens }) => tokens !== null && model?.tokenVectors === 'usable')
    ? []
    : rerankers;
