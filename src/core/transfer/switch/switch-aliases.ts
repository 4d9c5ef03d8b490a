/**
 * The switch: public names lead to new collections, or nowhere any more, in one atomic step, and are read back.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { listCollections, type ListedCollection } from '../../qdrant/collection/names.ts';

export interface AliasSwitch {
  readonly alias: string;
  /** Null: the alias is taken away. */
  readonly physical: string | null;
  /** Where it led when the run looked; null: nowhere. */
  readonly from: string | null;
}

/**
 * All or none. An answer that was lost is no failure where the names lead where they should.
 * @throws QdxError `refused` where somebody else moved a name meanwhile.
 */
export async function switchAliases(connection: Connection, switches: readonly AliasSwitch[]): Promise<void> {
  await assertUnmoved(connection, switches);
  const actions = switches.map(({ alias, physical }) =>
    physical === null
      ? { delete_alias: { alias_name: alias } }
      : { create_alias: { alias_name: alias, collection_name: physical } },
  );
  let failure: unknown;
  try {
    await connection.request('POST', '/collections/aliases', { body: { actions } });
  } catch (error) {
    failure = error;
  }
  const listed = await listCollections(connection);
  const wrong = switches.find(({ alias, physical }) => whereTo(listed, alias) !== physical);
  if (!wrong) return;
  if (failure !== undefined) throw failure;
  throw new QdxError(
    'verification',
    `alias ${wrong.alias} does not lead to ${wrong.physical ?? 'nothing'} after the switch`,
    {
      hint: 'another program changes aliases: look at qdx alias',
    },
  );
}

/** Collection that an alias leads to; null: it is none. */
export const whereTo = (listed: readonly ListedCollection[], alias: string): string | null =>
  listed.find(({ aliases }) => aliases.includes(alias))?.physical ?? null;

async function assertUnmoved(connection: Connection, switches: readonly AliasSwitch[]): Promise<void> {
  const listed = await listCollections(connection);
  for (const { alias, from } of switches) {
    const now = whereTo(listed, alias);
    if (now === from) continue;
    throw new QdxError(
      'refused',
      `${alias} was moved meanwhile: it led to ${from ?? 'nothing'}, now it leads to ${now ?? 'nothing'}`,
      {
        hint: 'nothing was switched; qdx alias list shows what leads where: name the collections themselves in the next try',
      },
    );
  }
}
