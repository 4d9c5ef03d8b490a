/**
 * Which vectors of the source are replaced, kept and left out, and what the new ones are called.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { CollectionCard } from '../../qdrant/collection/collection-card.ts';
import type { SourceProbe, SourceVector } from './probe.ts';

export interface VectorsPlan {
  /** The dense vector that the new one stands in for; its index settings are taken over. */
  readonly replaced: SourceVector;
  /** Terms of a card of qdx, made anew from the payload; null: the source has none. */
  readonly replacedTerms: string | null;
  /** Copied byte for byte. */
  readonly kept: readonly SourceVector[];
  /** Named with `--drop-vector`. */
  readonly dropped: readonly SourceVector[];
  readonly denseName: string;
  /** Null: no terms. */
  readonly sparseName: string | null;
}

export interface VectorsPlanInput {
  readonly probe: Pick<SourceProbe, 'physical' | 'vectors'> & {
    readonly card: Pick<CollectionCard, 'vectorName' | 'sparseName' | 'lexical'> | null;
  };
  /** `--vector`; absent: the card's, or the only dense one. */
  readonly replace?: string;
  readonly drop: readonly string[];
  /** As set for the target; absent: what the source's card has, then the default. */
  readonly names: { readonly dense?: string; readonly sparse?: string };
  readonly defaults: { readonly dense: string; readonly sparse: string };
}

/** @throws QdxError `usage` where it is not clear which vector is meant, or a name would be taken twice. */
export function planVectors({ probe, replace, drop, names, defaults }: VectorsPlanInput): VectorsPlan {
  const { card, physical, vectors } = probe;
  const replaced = chooseReplaced(probe, replace);
  for (const name of drop)
    if (!vectors.some((vector) => vector.name === name))
      throw new QdxError('usage', `${physical} has no vector ${quoted(name)} to leave out`, {
        hint: `it has: ${namesOf(vectors)}`,
      });
  const replacedTerms = card?.lexical ? card.sparseName : null;
  const others = vectors.filter(({ name }) => name !== replaced.name && name !== replacedTerms);
  const sparse = names.sparse ?? (card ? (card.sparseName ?? '') : defaults.sparse);
  const plan = {
    replaced,
    replacedTerms,
    kept: others.filter(({ name }) => !drop.includes(name)),
    dropped: others.filter(({ name }) => drop.includes(name)),
    denseName: names.dense ?? card?.vectorName ?? defaults.dense,
    sparseName: sparse === '' ? null : sparse,
  };
  assertNamesFree(physical, plan);
  return plan;
}

function chooseReplaced({ card, physical, vectors }: VectorsPlanInput['probe'], replace?: string): SourceVector {
  const dense = vectors.filter(({ kind }) => kind === 'dense');
  const wanted = replace ?? card?.vectorName;
  const found = wanted === undefined ? dense : dense.filter(({ name }) => name === wanted);
  const [only] = found;
  if (only && found.length === 1) return only;
  throw new QdxError(
    'usage',
    wanted === undefined
      ? `${physical} has ${dense.length} dense vectors`
      : `${physical} has no dense vector ${quoted(wanted)}`,
    { hint: `name the one that the new one replaces: --vector <name>; there are: ${namesOf(dense)}` },
  );
}

function assertNamesFree(
  physical: string,
  { kept, denseName, sparseName }: Pick<VectorsPlan, 'kept' | 'denseName' | 'sparseName'>,
): void {
  const clash = kept.find(({ name }) => name === denseName || name === sparseName);
  if (clash)
    throw new QdxError('usage', `the new vectors and one of ${physical} would both be called ${quoted(clash.name)}`, {
      hint: `leave it out: --drop-vector ${quoted(clash.name)}; or call the new one otherwise: ${
        clash.name === sparseName ? '--sparse-name' : '--vector-name'
      } <name>`,
    });
  const named = kept.find(({ kind, name }) => kind !== 'sparse' && (name === '') !== (denseName === ''));
  if (named)
    throw new QdxError('usage', `${physical} has the dense vector ${quoted(named.name)}: beside it all have names`, {
      hint: 'give the new one a name: --vector-name dense; or leave the other out with --drop-vector',
    });
}

const quoted = (name: string): string => JSON.stringify(name);
const namesOf = (vectors: readonly SourceVector[]): string =>
  vectors.map(({ name }) => quoted(name)).join(', ') || 'none';
