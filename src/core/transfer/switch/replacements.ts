/**
 * What the names of a transfer lead to now: found out before anything is touched.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { versionOf } from '../../qdrant/collection/alias.ts';
import type { ListedCollection } from '../../qdrant/collection/names.ts';
import { countPoints } from '../../qdrant/collection/points.ts';
import { isVersionOf, readTransferMark } from '../journal/transfer-mark.ts';
import type { Replacement } from './guards.ts';

export interface ReplacementInput {
  /** Public names that shall lead to the new collection. */
  readonly aliases: readonly string[];
  readonly pointsAfter: number;
  /** What to type where a name cannot be exchanged, for one that can. */
  readonly beside: (alias: string) => string;
}

/** @throws QdxError `refused` where one of several names is a collection itself: they could not be switched together. */
export async function findReplacements(
  connection: Connection,
  listed: readonly ListedCollection[],
  { aliases, pointsAfter, beside }: ReplacementInput,
): Promise<Replacement[]> {
  const replacements: Replacement[] = [];
  for (const alias of aliases) {
    const isPlain = listed.some(({ physical }) => physical === alias);
    if (isPlain) assertNoVersion(listed, alias);
    if (isPlain && aliases.length > 1)
      throw new QdxError(
        'refused',
        `${alias} is a collection of its own on ${connection.url}, no alias: ${aliases.join(', ')} cannot be switched in one step`,
        { hint: beside(alias) },
      );
    const current = listed.find((entry) => entry.physical === alias || entry.aliases.includes(alias));
    if (!current) continue;
    const pointsNow = await countPoints(connection, current.physical);
    const isOwn = isVersionOf(alias, current.physical, await readTransferMark(connection, current.physical));
    replacements.push({ name: alias, physical: current.physical, pointsNow, pointsAfter, isPlain, isOwn });
  }
  return replacements;
}

/** The name of a version is not given away: what it is a version of would lose it. */
function assertNoVersion(listed: readonly ListedCollection[], name: string): void {
  const of = listed.flatMap(({ aliases }) => aliases).find((alias) => versionOf(alias, name) !== null);
  if (of === undefined) return;
  throw new QdxError('refused', `${name} is a version of ${of}, and not a name to be given to another collection`, {
    hint: `name ${of}, or a name that is free; qdx alias shows what leads where`,
    details: { name, versionOf: of },
  });
}
