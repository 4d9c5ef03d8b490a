/**
 * `qdx embed --dry-run`: reads the corpus, the cache and the collection, and says what a run would do. Writes nothing: no lock,
 * no collection, no vector.
 */
import type { RunOptions } from '../../lib/events.ts';
import { cardOfRun, inspectTarget } from './collection-target.ts';
import type { CollectionView } from './compare.ts';
import { removalInput, sourceFolders, viewOf } from './into-collection.ts';
import { tokensAfter } from './run-tokens.ts';
import { wantedTokens } from '../qdrant/collection/kept-tokens.ts';
import type { EmbedParams, EmbedSummary } from './params.ts';
import { planRun } from './plan.ts';
import { findRunModel, type RunInput, type RunModel, withInput } from './read-input.ts';
import {
  assertCorpusWasSeen,
  assertPruneLeavesSome,
  assertSomethingToDo,
  planRemoval,
  prunes,
  type Removal,
} from './removal.ts';
import { assertSameFolders } from './source-folders.ts';
import { summarize } from './summary.ts';

export async function dryRunEmbed(params: EmbedParams, run: RunOptions): Promise<EmbedSummary> {
  const model = await findRunModel(params);
  const view = await existingView(params, model, run);
  const tokenWindow = (view ? view.tokens?.layout.window : wanted(params, model)?.window) ?? 0;
  const mayBeEmpty = view !== null && prunes(params);
  return withInput({ ...model, params, warmsUp: 'never', tokenWindow, mayBeEmpty }, run, async (input, embedder) => {
    assertCorpusWasSeen(params, input.corpus);
    const plan = await planRun(input.spool, embedder, view, run);
    const removal = view ? await plannedRemoval(params, view, input) : undefined;
    const counts = { cached: plan.cached, embedded: plan.fresh, truncated: 0, failed: 0, tokens: plan.freshTokens };
    const written = params.destination.kind === 'chunks' ? input.spool.count : plan.cached + plan.fresh;
    const runId = params.runId ?? '';
    return summarize({
      params,
      input,
      plan,
      embedder,
      counts,
      written,
      embeddingMs: 0,
      runId,
      ...(removal && { removal }),
      ...(view && { physical: view.physical }),
    });
  });
}

const wanted = ({ settings, destination }: EmbedParams, { model }: RunModel) =>
  destination.kind === 'chunks' ? null : wantedTokens(settings.embed, model.card);

async function existingView(params: EmbedParams, model: RunModel, run: RunOptions): Promise<CollectionView | null> {
  const { destination } = params;
  if (destination.kind !== 'collection') return null;
  const connection = await destination.connect();
  const existing = await inspectTarget(connection, destination.name, { params, card: cardOfRun(params, model) }, run);
  const place = sourceFolders(params, destination);
  if (!params.isMoved) await assertSameFolders(place, params.roots, existing?.card.sources ?? []);
  if (!existing) return null;
  const tokenVectors = tokensAfter(params, existing.card, cardOfRun(params, model));
  return viewOf(connection, existing.physical, { ...existing.card, tokenVectors }, run);
}

async function plannedRemoval(params: EmbedParams, view: CollectionView, input: RunInput): Promise<Removal> {
  const removal = removalInput(params, view, input);
  if (!params.allowPruneAll) await assertPruneLeavesSome(removal);
  await assertSomethingToDo(params, removal, input.corpus);
  return planRemoval(removal);
}
