/**
 * Re-embedding as a way to migrate: the strategy that probes the source, refuses what cannot be embedded, makes the new points,
 * and proves them.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import type { Settings } from '../../config/schema.ts';
import { templateOf } from '../../embed/read-input.ts';
import { type Embedder, openEmbedder } from '../../embed/embedder.ts';
import { createLexicalEncoder } from '../../lexical/lexical.ts';
import { describeEstimate, estimateCost } from '../../models/endpoint/estimate.ts';
import type { EncoderModel } from '../../models/found-model.ts';
import { openModelTokenizer } from '../../models/open-tokenizer.ts';
import { sameSpace } from '../../models/cards/space.ts';
import type { CollectionCard } from '../../qdrant/collection/collection-card.ts';
import { keyOf } from '../../qdrant/collection/payload-keys.ts';
import { type KeptTokens, layoutOfCard, wantedTokens } from '../../qdrant/collection/kept-tokens.ts';
import type { SearchParams } from '../../retrieval/params.ts';
import type { SearchPlaces } from '../../retrieval/places.ts';
import { alreadySo } from '../switch/already-so.ts';
import { type CollectionDescription, descriptionDifferences } from '../collection/collection-description.ts';
import type { FillStrategy, ProofInput, SourceLook } from '../migrate/fill-strategy.ts';
import { type LayoutChanges, withLayout } from '../migrate/layout.ts';
import type { IdToken } from '../points/point-order.ts';
import { noCounts, type ReembedCounts } from './counts.ts';
import { isCurrent, keyInUse, makePoints, type PointRecipe } from './make-points.ts';
import { probeSource, type SourceProbe } from './probe.ts';
import { findOldModel, type OldModel, proveReembedding, type Thresholds } from './proof.ts';
import { assertTexts, type Survey, surveyTexts } from './survey.ts';
import { targetCard, targetDescription } from './target.ts';
import type { TestQuery } from './test-queries.ts';
import { chooseTextRule, type TextRule } from './text-rule.ts';
import { planVectors, type VectorsPlan } from './vectors-plan.ts';

export interface ReembedParams {
  readonly model: EncoderModel;
  /** With the entry of the target's name applied. */
  readonly settings: Settings;
  /** Names of the new vectors, where they were set; absent: those of the source's card, then the default. */
  readonly names: { readonly dense?: string; readonly sparse?: string };
  readonly textField?: string;
  readonly pathField?: string;
  /** The dense vector that is replaced, where there are several. */
  readonly replaceVector?: string;
  readonly dropVectors: readonly string[];
  readonly allowWithoutText: boolean;
  readonly layout: LayoutChanges;
  readonly description?: string;
  readonly queries: readonly TestQuery[] | null;
  readonly thresholds: Thresholds;
  /** Points of the comparison of both spaces. */
  readonly sampleSize: number;
  readonly search: Omit<SearchParams, 'collections'>;
  readonly places: SearchPlaces;
  /** For the encoder's processes. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly qdxVersion: string;
}

/** What `describe` found out of a source. */
export interface ReembedLook {
  readonly probe: SourceProbe;
  readonly rule: TextRule;
  readonly vectors: VectorsPlan;
  readonly survey: Survey;
  readonly card: CollectionCard;
  readonly description: CollectionDescription;
  readonly old: OldModel;
}

export interface Reembedding {
  readonly strategy: FillStrategy;
  readonly embedder: Embedder;
  readonly counts: ReembedCounts;
  /** @throws Error before `strategy.describe`. */
  look(): ReembedLook;
  close(): Promise<void>;
}

export async function openReembedding(params: ReembedParams, run: RunOptions = {}): Promise<Reembedding> {
  const { model, settings, places, environment } = params;
  const tokens = wantedTokens(settings.embed, model.card);
  const embedder = await openEmbedder(
    {
      model,
      settings: settings.embed,
      cacheFolder: places.cacheFolder,
      tokenWindow: tokens?.window ?? 0,
      ...(environment && { environment }),
    },
    run,
  );
  const counts = noCounts();
  const unreadable = new Set<IdToken>();
  const seen: { look?: ReembedLook } = {};
  const look = (): ReembedLook => {
    if (!seen.look) throw new Error('the source was not looked at yet');
    return seen.look;
  };
  const recipe = (): PointRecipe => recipeOf(look(), params);
  const strategy: FillStrategy = {
    way: 're-embed',
    asksForChange: true,
    isExact: false,
    async describe(source, watched) {
      // Asked again under the lock: texts are read once, and what changed since is found when it is made.
      const known = seen.look?.probe.physical === source.side.physical ? seen.look : null;
      seen.look = known ?? (await lookAt(source, params, embedder, watched));
      return seen.look.description;
    },
    make: async (points, watched) => makePoints(points, { recipe: recipe(), embedder, counts, unreadable }, watched),
    isCurrent: (source, staged) => isCurrent(source, staged, { recipe: recipe(), unreadable }),
    prove: async (proof, watched) => prove(proof, { params, look: look(), embedder, counts }, watched),
  };
  return { strategy, embedder, counts, look, close: async () => embedder.close() };
}

/** @throws QdxError `usage`, or `refused` for points without text, before anything is made. */
async function lookAt(
  source: SourceLook,
  params: ReembedParams,
  embedder: Embedder,
  run: RunOptions,
): Promise<ReembedLook> {
  const { side, description, points } = source;
  const { model, settings, textField, pathField, replaceVector, allowWithoutText } = params;
  const listed = { physical: side.physical, aliases: description.aliases };
  run.onEvent?.({ type: 'phase', name: 'probing', detail: side.physical });
  const probe = await probeSource(side.connection, listed, run);
  assertOtherSpace(probe, source, params);
  const vectors = planVectors({
    probe,
    drop: params.dropVectors,
    names: params.names,
    defaults: { dense: settings.vector.name, sparse: settings.vector.sparseName },
    ...(replaceVector !== undefined && { replace: replaceVector }),
  });
  const rule = chooseTextRule({
    card: probe.card,
    payloadKeys: settings.payloadKeys,
    model: model.card,
    template: templateOf(model),
    ...(textField !== undefined && { textField }),
    ...(pathField !== undefined && { pathField }),
  });
  const old = await findOldModel(probe.card, params.places.findModel);
  assertCheckable(params, old);
  const tokenizer = await openModelTokenizer(model);
  const { maxTokens } = model.card;
  const shardKeys = shardKeysOf(probe);
  const survey = await surveyTexts({ from: side, shardKeys, rule, embedder, tokenizer, maxTokens, points }, run);
  assertTexts({ survey, rule, probe }, allowWithoutText);
  announceCost(model, survey, run);
  const tokens = wantedTokens(settings.embed, model.card);
  assertKeyFree(probe, tokens);
  const { distance } = settings.vector;
  const target = { ...params, probe, vectors, rule, model: model.card, distance, tokens };
  const card = targetCard(target);
  return {
    probe,
    rule,
    vectors,
    survey,
    card,
    description: withLayout(targetDescription(target, card), params.layout),
    old,
  };
}

function announceCost(model: EncoderModel, { texts, cached, freshTokens }: Survey, { onEvent }: RunOptions): void {
  const estimate = estimateCost(model, { texts: texts - cached, tokens: freshTokens, isSampled: true });
  if (estimate && estimate.texts > 0) onEvent?.({ type: 'note', message: describeEstimate(model, estimate) });
}

/** @throws QdxError `usage`: embedding again what is there already would only cost time; `alreadySo` where nothing else was asked. */
function assertOtherSpace({ card, physical }: SourceProbe, source: SourceLook, params: ReembedParams): void {
  const { model } = params;
  if (!card || !sameSpace(card.model, model.card)) return;
  const message = `the vectors of ${physical} are those of ${model.card.name} already`;
  if (source.isOntoItself && isAsAsked(card, source, params)) throw alreadySo(message, { collection: physical });
  const hint = 'leave --model out: points are then copied, with the vectors they have';
  throw new QdxError('usage', message, { hint });
}

/** Whatever else the flags say is so in the collection. */
function isAsAsked(card: CollectionCard, { description }: SourceLook, params: ReembedParams): boolean {
  const { textField, pathField, names, dropVectors, layout } = params;
  const keys = card.payloadKeys;
  return (
    descriptionDifferences(description, withLayout(description, layout)).length === 0 &&
    (textField === undefined || textField === keyOf('content', keys)) &&
    (pathField === undefined || pathField === keyOf('source_path', keys)) &&
    (names.dense === undefined || names.dense === card.vectorName) &&
    (names.sparse === undefined || names.sparse === (card.sparseName ?? '')) &&
    dropVectors.every((name) => !hasVector(description, name))
  );
}

function hasVector({ config }: CollectionDescription, name: string): boolean {
  const { vectors, sparse_vectors: sparse } = config['params'] as Readonly<Record<string, object | undefined>>;
  return Object.hasOwn(vectors ?? {}, name) || Object.hasOwn(sparse ?? {}, name);
}

/** @throws QdxError `usage`, before hours of work, for a threshold that could not be checked in the end. */
function assertCheckable({ queries, thresholds }: ReembedParams, old: OldModel): void {
  if (thresholds.maxDrop === undefined) return;
  const why =
    queries === null || queries.every(({ answers }) => answers.length === 0)
      ? 'there are no judged queries (--queries, with "answers")'
      : 'reason' in old
        ? `the source cannot be queried: ${old.reason}`
        : null;
  if (why !== null)
    throw new QdxError('usage', `--max-drop cannot be checked: ${why}`, {
      hint: '--min-overlap compares nearest neighbours, and needs neither queries nor the old model',
    });
}

/** The key of the new token vectors, where the source's card does not say that it holds old ones. */
const newKeyOf = (card: SourceProbe['card'], tokens: KeptTokens): string | null =>
  !tokens || card?.tokenVectors?.payloadKey === tokens.payloadKey ? null : tokens.payloadKey;

/** @throws QdxError `refused`; a point that is not in the sample is found when it is made. */
function assertKeyFree({ card, physical, payloadKeys, sampledPoints }: SourceProbe, tokens: KeptTokens): void {
  const key = newKeyOf(card, tokens);
  const found = payloadKeys.find((facts) => facts.key === key);
  if (found) throw keyInUse(physical, found.key, `in ${found.points} of ${sampledPoints} sampled points`);
}

function recipeOf({ probe, rule, vectors, card }: ReembedLook, { allowWithoutText }: ReembedParams): PointRecipe {
  const layout = layoutOfCard(card);
  const modelKeys = [card.tokenVectors?.payloadKey, probe.card?.tokenVectors?.payloadKey];
  return {
    source: probe.physical,
    rule,
    kept: {
      vectors: vectors.kept.map(({ name }) => name).toSorted(),
      modelKeys: [...new Set(modelKeys.filter((key) => key !== undefined))],
    },
    denseName: vectors.denseName,
    sparseName: vectors.sparseName,
    lexical: card.lexical ? createLexicalEncoder(card.lexical) : null,
    tokens: card.tokenVectors && layout ? { payloadKey: card.tokenVectors.payloadKey, layout } : null,
    takenKey: newKeyOf(probe.card, card.tokenVectors),
    allowWithoutText,
  };
}

/** Null: all shards together. */
const shardKeysOf = ({ description: { shardKeys } }: SourceProbe): readonly (string | number | null)[] =>
  shardKeys.length > 0 ? shardKeys : [null];

interface ProveWith {
  readonly params: ReembedParams;
  readonly look: ReembedLook;
  readonly embedder: Embedder;
  readonly counts: ReembedCounts;
}

async function prove(
  { source, staging, sourceIndex }: ProofInput,
  { params, look, embedder, counts }: ProveWith,
  run: RunOptions,
) {
  const { probe, vectors, old, rule } = look;
  const { search } = params;
  return proveReembedding(
    {
      source,
      staging,
      recipe: recipeOf(look, params),
      shardKeys: shardKeysOf(probe),
      failed: counts.failed,
      sourceIndex,
      embedder,
      sampleSize: params.sampleSize,
      oldVector: vectors.replaced.name,
      model: params.model.card,
      queries: params.queries,
      old,
      thresholds: params.thresholds,
      places: params.places,
      search: { ...search, payloadKeys: rule.payloadKeys ?? {} },
    },
    run,
  );
}
