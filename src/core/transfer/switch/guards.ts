/**
 * Guards before something that is in use is replaced. Each is opened by a flag of its own; what opens none of them still has
 * to be confirmed.
 */
import { isQdxError, QdxError } from '../../../lib/errors.ts';
import { counted, formatCount } from '../../../lib/quantities.ts';
import { versionOf } from '../../qdrant/collection/alias.ts';

export interface Replacement {
  /** Public name. */
  readonly name: string;
  /** What it leads to now. */
  readonly physical: string;
  readonly pointsNow: number;
  readonly pointsAfter: number;
  /** The name is the collection's own, no alias: it is copied and deleted, which leaves a gap. */
  readonly isPlain: boolean;
  /** It is a version of that name (journal/transfer-mark.ts). */
  readonly isOwn: boolean;
}

export interface OpenGuards {
  readonly allowShrink: boolean;
  readonly allowEmpty: boolean;
}

/** @throws QdxError `refused`, naming the flag (F16, F17). */
export function assertMayReplace({ name, pointsNow, pointsAfter }: Replacement, open: OpenGuards): void {
  const counts = `it has ${counted(pointsNow, 'points')}, and would have ${formatCount(pointsAfter)}`;
  const details = { name, pointsNow, pointsAfter };
  if (pointsAfter === 0 && pointsNow > 0) {
    if (!open.allowEmpty)
      throw new QdxError('refused', `${name} would become empty: ${counts}`, { hint: 'add --allow-empty', details });
  } else if (pointsAfter < pointsNow / 2 && !open.allowShrink)
    throw new QdxError('refused', `${name} would lose more than half of its points: ${counts}`, {
      hint: 'add --allow-shrink',
      details,
    });
}

/** Names that were typed, and how to tell that what they lead to is meant where that is called otherwise. */
export interface TypedNames {
  readonly typed: readonly string[];
  /** `--confirm`: collections. */
  readonly confirmed: readonly string[];
  readonly ask: AskText;
}

/** Collections that would be replaced, and that are neither named so nor versions of a name that was typed (F15). */
export function calledOtherwise(replacements: readonly Replacement[], typed: readonly string[]): Replacement[] {
  const isMeant = ({ physical, isPlain, isOwn }: Replacement): boolean =>
    isPlain || isOwn || typed.some((each) => each === physical || versionOf(each, physical) !== null);
  const found = replacements.filter((replacement) => !isMeant(replacement));
  return [...new Map(found.map((each) => [each.physical, each])).values()];
}

/** @throws QdxError `refused`, naming the flag, where such a collection's own name was not typed (F15). */
export async function assertNamesMeant(replacements: readonly Replacement[], names: TypedNames): Promise<void> {
  const { typed, confirmed, ask } = names;
  const open = calledOtherwise(replacements, typed).filter(({ physical }) => !confirmed.includes(physical));
  for (const { name, physical } of open) {
    const reason = `${name} leads to ${physical}, which is called otherwise`;
    const answer = await ask(`${reason}. Type ${physical} to replace it:`);
    if (answer?.trim() === physical) continue;
    const flags = open.map((each) => `--confirm ${each.physical}`).join(' ');
    throw new QdxError('refused', reason, {
      hint: `nothing was changed; if it is meant: add ${flags} --yes`,
      details: { replacements: open },
    });
  }
}

/** Why `--allow-gap` is asked for. */
export const gapReason = (name: string): string =>
  `${name} is a collection of its own, no alias: it is copied and deleted, and for a moment its name leads nowhere`;

/** @throws QdxError `refused`, naming the flag, for a name that cannot be given away without a gap. */
export function assertMayLeaveGap({ name, isPlain }: Replacement, { allowGap }: { readonly allowGap: boolean }): void {
  if (!isPlain || allowGap) return;
  throw new QdxError('refused', gapReason(name), {
    hint: 'add --allow-gap --yes, or give the new one another name',
    details: { name },
  });
}

/**
 * @param hint What to type instead, in the words of the command.
 * @throws QdxError `refused` where the answer is no, or nobody can be asked.
 */
export async function assertConfirmed(
  replacements: readonly Replacement[],
  confirm: Confirm,
  hint: string,
): Promise<void> {
  if (replacements.length === 0) return;
  const what = replacements.map(
    ({ name, physical, pointsNow, pointsAfter, isPlain }) =>
      `${name} (now ${isPlain ? 'no alias' : physical}, ${counted(pointsNow, 'points')}; then ${formatCount(pointsAfter)})`,
  );
  const gaps = replacements.filter(({ isPlain }) => isPlain).map(({ name }) => ` ${gapReason(name)}.`);
  const question = `Replace ${what.join(', ')}? What they lead to now is kept.${gaps.join('')}`;
  await assertAnsweredYes(
    { question, what: `${what.join(', ')} would be replaced`, details: { replacements } },
    confirm,
    { hint },
  );
}

/** Asks on a terminal; `--yes` answers yes. @throws QdxError `usage` where nobody can be asked. */
export type Confirm = (question: string) => Promise<boolean>;

/** What is typed on a terminal after a question; null where nobody can be asked, or `--yes` was given. */
export type AskText = (question: string) => Promise<string | null>;

export interface AskedStep {
  readonly question: string;
  /** Begins the sentence "... and that was not confirmed". */
  readonly what: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** @throws QdxError `refused` where the answer is no, or nobody can be asked. */
export async function assertAnsweredYes(
  { question, what, details = {} }: AskedStep,
  confirm: Confirm,
  { hint = 'add --yes' }: { readonly hint?: string } = {},
): Promise<void> {
  const isConfirmed = await confirm(question).catch((error: unknown) => {
    if (isQdxError(error) && error.kind === 'usage') return false;
    throw error;
  });
  if (isConfirmed) return;
  throw new QdxError('refused', `${what}, and that was not confirmed`, { hint, details });
}
