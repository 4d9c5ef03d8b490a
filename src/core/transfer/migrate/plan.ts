/**
 * What a migration would do, found out before anything is touched.
 */
import { isQdxError, QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { sha256Hex } from '../../../lib/hash.ts';
import { stringifyJson } from '../../../lib/json.ts';
import { versionOf } from '../../qdrant/collection/alias.ts';
import {
  assertCollectionName,
  listCollections,
  type ListedCollection,
  missingCollection,
  publicNames,
  resolveAmong,
} from '../../qdrant/collection/names.ts';
import { countPoints } from '../../qdrant/collection/points.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { isSameServer, isServerOf } from '../../qdrant/connection/same-server.ts';
import {
  type CollectionDescription,
  describeCollection,
  type DescriptionDifference,
  descriptionDifferences,
} from '../collection/collection-description.ts';
import { alreadySo } from '../switch/already-so.ts';
import type { Side } from '../points/side.ts';
import type { Replacement } from '../switch/guards.ts';
import { withoutStrictModeTraces } from '../collection/strict-mode.ts';
import { findReplacements } from '../switch/replacements.ts';
import { assertServerFits } from '../collection/server-fits.ts';
import { findDone, findStaging, findSwitchedIn, type Staging, type SwitchedIn } from '../collection/staging.ts';
import { describeTransfer, readTransfer } from '../journal/transfer-journal.ts';
import { readTransferMark, type TransferMark } from '../journal/transfer-mark.ts';
import { type EarlierRun, findOtherRuns } from './earlier-runs.ts';
import type { FillStrategy } from './fill-strategy.ts';
import { withUndatedCard } from './undated-card.ts';

/** The two servers; one connection twice where they are the same. */
export interface MigrateLines {
  readonly from: Connection;
  readonly to: Connection;
}

export interface PlanInput {
  /** Name or alias. */
  readonly source: string;
  /** Public name on the target; null: the names of the source. */
  readonly target: string | null;
  readonly strategy: FillStrategy;
  /** The source is one of several that a pattern or `--all` found: nobody typed its name. */
  readonly isSelected: boolean;
}

/** What the user called that which is replaced; of a selection that was every name. */
export const typedNames = (
  { source, target, isSelected }: Pick<PlanInput, 'source' | 'target' | 'isSelected'>,
  { aliases }: Pick<MigratePlan, 'aliases'>,
): readonly string[] => (isSelected ? [source, ...aliases] : [target ?? source]);

export interface MigratePlan {
  readonly way: FillStrategy['way'];
  readonly source: Side & {
    readonly description: CollectionDescription;
    readonly points: number;
    readonly qdrantVersion: string;
    /** What the points were in when the migration began: other than `physical` where that was plain, and only its copy is left. */
    readonly beganAs: string;
  };
  /** The name that its versions are called after, its lock, and the journal's. */
  readonly name: string;
  /** Every name that will lead to the new collection. */
  readonly aliases: readonly string[];
  readonly target: Connection;
  readonly staging: Staging;
  /** Of the new collection. */
  readonly description: CollectionDescription;
  /** In what it will be otherwise than the source. */
  readonly changes: readonly DescriptionDifference[];
  /** What the names lead to now, which is kept. */
  readonly replacements: readonly Replacement[];
  readonly mark: TransferMark;
  /** Staging collections of this name that other requests left. */
  readonly others: readonly EarlierRun[];
  /** An earlier run had switched it in already, and was killed after that. */
  readonly isSwitched: boolean;
  /** What an earlier run of this request switched in and ended, and all names still lead to; null: none. */
  readonly repeats: string | null;
}

/** @throws QdxError `notFound`, `usage` for what is no migration, `refused` for an older server or a name in use. */
export async function planMigration(lines: MigrateLines, input: PlanInput, run: RunOptions = {}): Promise<MigratePlan> {
  const listed = await listCollections(lines.from, run.signal);
  const named = findNamed(lines.from, listed, input.source);
  const before = await beforeSwitch(lines.from, listed, named);
  const earlier = before && (await planEarlier(lines, before, input, run));
  if (earlier?.isSwitched) return earlier;
  return planFrom(lines, { ...named, beganAs: named.physical }, input, run);
}

/** Null where what the name led to before does not make such a migration: it is of another request, then. */
async function planEarlier(lines: MigrateLines, before: SourceEntry, input: PlanInput, run: RunOptions) {
  return planFrom(lines, before, input, run).catch((error: unknown) => {
    if (isQdxError(error) && error.kind !== 'temporary') return null;
    throw error;
  });
}

async function planFrom(
  { from, to }: MigrateLines,
  entry: SourceEntry,
  input: PlanInput,
  run: RunOptions,
): Promise<MigratePlan> {
  const { strategy } = input;
  const source = await lookAtSource(from, entry, run);
  const { qdrantVersion, points } = source;
  await assertServerFits(to, { what: `collection ${input.source}`, qdrantVersion });
  const aliases = targetNames(input.target, source.description);
  for (const alias of aliases) assertCollectionName(alias);
  const isOntoItself = isSameServer(from, to) && isItself(source.description, aliases);
  const look = { side: source, description: source.description, points, isOntoItself };
  const description = await strategy.describe(look, run);
  const changes = descriptionDifferences(source.description, description);
  if (isOntoItself && changes.length === 0) throw await nothingChanges(input, source);
  const name = aliases.find((alias) => versionOf(alias, source.physical) !== null) ?? aliases[0] ?? input.source;
  const listed = await listCollections(to, run.signal);
  const found = await findEarlier(to, listed, { aliases, name, origins: originsOf(source, description, strategy) });
  const { origin, switched, staging, repeats } = found;
  const beside = (alias: string) => `migrate to another name: qdx migrate ${input.source} ${alias}-new`;
  const replacements = switched ? [] : await findReplacements(to, listed, { aliases, pointsAfter: points, beside });
  const mark: TransferMark = switched?.mark ?? {
    version: 1,
    state: 'staging',
    command: 'migrate',
    name,
    origin,
    replaced: replacements[0]?.physical ?? null,
    at: new Date().toISOString(),
  };
  const head = { way: strategy.way, source, name, aliases, target: to, staging, description, changes };
  const others = await findOtherRuns(to, listed, mark);
  return { ...head, replacements, mark, others, isSwitched: switched !== null, repeats };
}

/** @throws QdxError `notFound` */
function findNamed(connection: Connection, listed: readonly ListedCollection[], name: string): ListedCollection {
  const resolved = resolveAmong(listed, name);
  const named = listed.find(({ physical }) => physical === resolved?.physical);
  if (named) return named;
  throw missingCollection(connection.url, name, publicNames(listed));
}

type SourceEntry = ListedCollection & Pick<MigratePlan['source'], 'beganAs'>;

async function lookAtSource(
  connection: Connection,
  { beganAs, ...entry }: SourceEntry,
  run: RunOptions,
): Promise<MigratePlan['source']> {
  const { physical } = entry;
  return {
    connection,
    physical,
    beganAs,
    description: withoutStrictModeTraces(await describeCollection(connection, entry, run)),
    points: await countPoints(connection, physical, run),
    qdrantVersion: (await connection.server()).version,
  };
}

/**
 * Where a run onto the same name was killed between the switch and its end, the name leads to what it made: its source is the
 * collection before that, or the copy of the plain one that gave its name. Null elsewhere.
 */
async function beforeSwitch(
  connection: Connection,
  listed: readonly ListedCollection[],
  named: ListedCollection,
): Promise<SourceEntry | null> {
  if (named.aliases.length === 0) return null;
  const mark = await readTransferMark(connection, named.physical);
  if (mark?.state !== 'staging') return null;
  const from = (await readTransfer(connection, named.physical))?.from;
  if (!from || !isServerOf(connection, from.url)) return null;
  const isGone = mark.takesName && mark.name === from.collection;
  const physical = isGone ? mark.takesName.copy : from.collection;
  const isHere = listed.some((entry) => entry.physical === physical);
  return isHere ? { physical, aliases: named.aliases, beganAs: from.collection } : null;
}

/** All names of the source where it keeps one of them; else the one that was asked for. */
function targetNames(target: string | null, { name, aliases }: CollectionDescription): readonly string[] {
  const names = aliases.length > 0 ? aliases : [name];
  return target === null || names.includes(target) ? names : [target];
}

const isItself = ({ name, aliases }: CollectionDescription, names: readonly string[]): boolean =>
  names.every((each) => each === name || aliases.includes(each));

/** A collection onto itself, as it is: what was asked for is so already, or nothing was. */
async function nothingChanges(
  { source, target, strategy }: PlanInput,
  { connection, physical }: MigratePlan['source'],
): Promise<QdxError> {
  if (strategy.asksForChange)
    return alreadySo(`${source} (${physical}) is laid out as was asked for already`, { collection: physical });
  const record = await readTransfer(connection, physical);
  const earlier =
    record && record.state !== 'done' ? `; an earlier run is unfinished: ${describeTransfer(record)}` : '';
  return new QdxError(
    'usage',
    `${source} to ${target ?? source} on the same server, with nothing changed, is no migration${earlier}`,
    {
      hint: 'name another target, another server (--to-url), or what shall be otherwise (--shard-number, --quantization, ...)',
    },
  );
}

interface EarlierInput {
  readonly aliases: readonly string[];
  readonly name: string;
  /** The one for a new collection comes first. */
  readonly origins: readonly [string, ...string[]];
}

interface Earlier {
  readonly origin: string;
  readonly switched: SwitchedIn | null;
  readonly staging: Staging;
  readonly repeats: string | null;
}

/** What an earlier run of this request left, or the staging collection of a new one. */
async function findEarlier(
  connection: Connection,
  listed: readonly ListedCollection[],
  { aliases, name, origins }: EarlierInput,
): Promise<Earlier> {
  for (const origin of origins) {
    const switched = await findSwitchedIn(connection, listed, { aliases, origin });
    const staging = switched?.staging ?? (await findStaging(connection, listed, { name, origin }));
    const done = switched ? null : await findDone(connection, listed, { aliases, origin });
    const repeats = done?.staging.physical ?? null;
    if (staging.isLeftover || repeats !== null) return { origin, switched, staging, repeats };
  }
  const [origin] = origins;
  const staging = await findStaging(connection, listed, { name, origin });
  return { origin, switched: null, staging, repeats: null };
}

/** What is in the staging collection, whichever run fills it; then as marks have it of before the local server had an id. */
const originsOf = (
  source: MigratePlan['source'],
  description: CollectionDescription,
  strategy: FillStrategy,
): readonly [string, ...string[]] => {
  const { serverId, url } = source.connection;
  const origin = originOf(serverId, source, description, strategy);
  return serverId === url ? [origin] : [origin, originOf(url, source, description, strategy)];
};

const originOf = (
  server: string,
  { beganAs }: MigratePlan['source'],
  description: CollectionDescription,
  { way, isExact }: FillStrategy,
) => {
  const { name: _name, aliases: _aliases, config, metadata, ...rest } = withUndatedCard(description);
  return sha256Hex(
    stringifyJson({
      url: server,
      physical: beganAs,
      way: isExact ? 'copy' : way,
      ...rest,
      // It is set at the end of each run; and a write fence leaves other words for the same thing.
      config: { ...config, strict_mode_config: null },
      metadata: [...metadata].map(([key, value]) => [key, value.toString('utf8')]),
    }),
  );
};
