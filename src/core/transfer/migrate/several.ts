/**
 * Several collections, each on its own: one that fails does not keep the others from being migrated.
 */
import picomatch from 'picomatch';
import { isQdxError, QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { versionOf } from '../../qdrant/collection/alias.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { listCollections, type ListedCollection, publicNames, resolveAmong } from '../../qdrant/collection/names.ts';
import { type Unchanged, unlessSo } from '../switch/already-so.ts';
import { readTransferMark } from '../journal/transfer-mark.ts';

/** Which ones. */
export type Selection =
  | { readonly kind: 'all' }
  /** Over names and aliases. */
  | { readonly kind: 'pattern'; readonly pattern: string }
  /** Those that the settings name. */
  | { readonly kind: 'configured'; readonly names: readonly string[] };

export type OneOutcome<T> =
  | { readonly name: string; readonly status: 'done'; readonly result: T }
  /** It is as it was asked for already. */
  | ({ readonly name: string } & Unchanged)
  | { readonly name: string; readonly status: 'failed'; readonly error: FailedOne };

interface FailedOne {
  readonly kind: QdxError['kind'];
  readonly message: string;
  readonly hint: string | null;
}

/** @throws QdxError `notFound` where nothing is selected, `usage` where nothing could be; the signal's reason. */
export async function migrateSeveral<T>(
  from: Connection,
  selection: Selection,
  migrateOne: (name: string) => Promise<T>,
  run: RunOptions = {},
): Promise<OneOutcome<T>[]> {
  const outcomes: OneOutcome<T>[] = [];
  for (const name of await selectNames(from, selection, run)) {
    run.signal?.throwIfAborted();
    try {
      const outcome = await unlessSo(async () => migrateOne(name));
      if (outcome.status === 'unchanged') run.onEvent?.({ type: 'note', message: `${name}: ${outcome.reason}` });
      outcomes.push({ name, ...outcome });
    } catch (error) {
      run.signal?.throwIfAborted();
      if (!isQdxError(error)) throw error;
      const { kind, message, hint = null } = error;
      run.onEvent?.({ type: 'warning', message: `${name}: ${message}${hint === null ? '' : `; ${hint}`}` });
      outcomes.push({ name, status: 'failed', error: { kind, message, hint } });
    }
  }
  return outcomes;
}

async function selectNames(from: Connection, selection: Selection, run: RunOptions): Promise<readonly string[]> {
  const listed = await listCollections(from, run.signal);
  if (selection.kind === 'configured') return configuredNames(from, listed, selection.names, run);
  const matches = selection.kind === 'pattern' ? picomatch(selection.pattern, { dot: true }) : () => true;
  const chosen = listed.filter(({ physical, aliases }) => [physical, ...aliases].some((name) => matches(name)));
  const names = await cutOffNames(from, listed, matches);
  for (const entry of chosen) {
    const reason = await reasonToLeaveOut(from, entry, listed);
    if (reason === null) names.push(entry.aliases[0] ?? entry.physical);
    else run.onEvent?.({ type: 'note', message: `${entry.physical} is left out: ${reason}` });
  }
  if (names.length > 0) return names;
  const what =
    selection.kind === 'pattern' ? `matches ${JSON.stringify(selection.pattern)}` : 'is there to be migrated';
  throw new QdxError('notFound', `no collection on ${from.url} ${what}`, {
    hint: 'qdx collections',
    details: { collections: publicNames(listed) },
  });
}

/** Names that a killed run left leading nowhere: a migration finishes them first. */
async function cutOffNames(
  from: Connection,
  listed: readonly ListedCollection[],
  matches: (name: string) => boolean,
): Promise<string[]> {
  const names: string[] = [];
  for (const { physical, aliases } of listed) {
    const mark = aliases.length === 0 ? await readTransferMark(from, physical) : null;
    if (mark?.takesName && matches(mark.name) && resolveAmong(listed, mark.name) === null) names.push(mark.name);
  }
  return names;
}

/** Null for a collection that somebody uses; what a transfer keeps or left is no such one. */
async function reasonToLeaveOut(
  from: Connection,
  { physical, aliases }: ListedCollection,
  listed: readonly ListedCollection[],
): Promise<string | null> {
  if (aliases.length > 0) return null;
  const mark = await readTransferMark(from, physical);
  if (mark?.state === 'staging') return `it is an unfinished ${mark.command} of ${mark.name}`;
  const named = listed.flatMap((entry) => entry.aliases).find((alias) => versionOf(alias, physical) !== null);
  return named === undefined ? null : `it is another version of ${named}`;
}

/** @throws QdxError `usage` for settings that name none, `notFound` where none of them is there. */
async function configuredNames(
  from: Connection,
  listed: readonly ListedCollection[],
  names: readonly string[],
  run: RunOptions,
): Promise<readonly string[]> {
  if (names.length === 0)
    throw new QdxError('usage', 'the settings name no collection', { hint: 'add "collections" to qdx.config.json' });
  const missing = `stands in the settings, and is not on ${from.url}`;
  const cutOff = await cutOffNames(from, listed, (name) => names.includes(name));
  /** The first name of each collection: two of one would be migrated twice. */
  const found = new Map<string, string>();
  for (const name of names) {
    const physical = cutOff.includes(name) ? name : resolveAmong(listed, name)?.physical;
    const first = physical === undefined ? undefined : found.get(physical);
    if (physical !== undefined && first === undefined) found.set(physical, name);
    else run.onEvent?.({ type: 'note', message: `${name} ${first === undefined ? missing : `is ${first} as well`}` });
  }
  if (found.size > 0) return [...found.values()];
  throw new QdxError('notFound', `none of the collections in the settings is on ${from.url}: ${names.join(', ')}`, {
    hint: 'qdx collections',
  });
}
