/**
 * Guards of an overwrite: what would be lost or mean something else, each opened by a flag of its own. On a terminal each one
 * is asked about; elsewhere all flags that are missing are named at once.
 */
import { QdxError } from '../../../lib/errors.ts';
import { counted, formatCount } from '../../../lib/quantities.ts';
import type { CollectionCard } from '../../qdrant/collection/collection-card.ts';
import { describeSpaceDifference, sameSpace } from '../../models/cards/space.ts';
import { type AskText, gapReason } from '../switch/guards.ts';
import type { CurrentCollection } from '../switch/take-name.ts';
import type { WantedCollection } from './wanted-collection.ts';

export interface OpenOverwriteGuards {
  readonly allowShrink: boolean;
  readonly allowEmpty: boolean;
  readonly allowModelChange: boolean;
  readonly allowSchemaChange: boolean;
  /** A plain collection is copied and deleted. */
  readonly allowGap: boolean;
  /** The resolved name, typed, where it is not the one that was asked for (F15). */
  readonly confirmedName: string | null;
}

export interface ClosedGuard {
  /** What opens it: `--allow-shrink`, `--confirm docs__1`. */
  readonly flag: string;
  /** Part of a sentence: `it would become empty (30 points now)`. */
  readonly reason: string;
  /** To be typed on a terminal; absent: yes or no. */
  readonly typed?: string;
}

export interface GuardInput {
  readonly current: CurrentCollection;
  /** It is a version of the name (journal/transfer-mark.ts). */
  readonly isOwn: boolean;
  readonly card: CollectionCard | null;
  readonly wanted: WantedCollection;
  readonly pointsNow: number;
  readonly pointsAfter: number;
}

/** Those that stand in the way and are not open. */
export function closedGuards(input: GuardInput, open: OpenOverwriteGuards): ClosedGuard[] {
  const { current, isOwn, card, wanted, pointsNow, pointsAfter } = input;
  const guards: ClosedGuard[] = [];
  const guard = (isOpen: boolean, closed: ClosedGuard): void => {
    if (!isOpen) guards.push(closed);
  };
  if (!current.isPlain && !isOwn)
    guard(open.confirmedName === current.physical, {
      flag: `--confirm ${current.physical}`,
      reason: `it leads to ${current.physical}, which is called otherwise`,
      typed: current.physical,
    });
  if (pointsAfter === 0 && pointsNow > 0)
    guard(open.allowEmpty, {
      flag: '--allow-empty',
      reason: `it would become empty (${counted(pointsNow, 'points')} now)`,
    });
  else if (pointsAfter < pointsNow / 2)
    guard(open.allowShrink, {
      flag: '--allow-shrink',
      reason: `it would lose more than half of its points (${formatCount(pointsNow)} now, ${formatCount(pointsAfter)} then)`,
    });
  const model = modelChange(card, wanted, pointsNow);
  if (model !== null) guard(open.allowModelChange, { flag: '--allow-model-change', reason: model });
  if (wanted.changes.length > 0)
    guard(open.allowSchemaChange, {
      flag: '--allow-schema-change',
      reason: `its schema would change (${wanted.changes.join(', ')})`,
    });
  if (current.isPlain) guard(open.allowGap, { flag: '--allow-gap', reason: gapReason('it') });
  return guards;
}

/** Null where the vectors mean the same. */
function modelChange(card: CollectionCard | null, wanted: WantedCollection, pointsNow: number): string | null {
  const { model } = wanted.card;
  if (card === null)
    return pointsNow === 0 ? null : `the model of its points is not known (it has no card); these are of ${model.name}`;
  if (sameSpace(card.model, model)) return null;
  const difference = describeSpaceDifference(card.model, model);
  return `its vectors are of ${card.model.name}, these of ${model.name}, another vector space (${difference})`;
}

/** @throws QdxError `refused`, naming every flag that is missing. */
export async function assertOpened(name: string, guards: readonly ClosedGuard[], ask: AskText): Promise<void> {
  if (guards.length === 0) return;
  for (const { reason, typed } of guards) {
    const wanted = typed === undefined ? 'Go on? [y/N]' : `Type ${typed} to go on:`;
    const answer = await ask(`${name}: ${reason}. ${wanted}`);
    const isYes = typed === undefined ? /^\s*y(es)?\s*$/iu.test(answer ?? '') : answer?.trim() === typed;
    if (!isYes) throw refusal(name, guards);
  }
}

const refusal = (name: string, guards: readonly ClosedGuard[]): QdxError =>
  new QdxError('refused', `${name} is not overwritten: ${guards.map(({ reason }) => reason).join('; ')}`, {
    hint: `nothing was changed; if it is meant: add ${guards.map(({ flag }) => flag).join(' ')} --yes`,
    details: { name, guards },
  });
