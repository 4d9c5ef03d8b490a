/**
 * Aliases: a public name leads to a versioned collection (`docs` -> `docs__1`), so that every replacement is one atomic
 * switch.
 */
import type { Connection } from '../connection/connection.ts';

/** Points a public name to a collection, wherever it led before. One atomic step on the server. */
export async function pointAlias(connection: Connection, alias: string, physical: string): Promise<void> {
  const client = await connection.client();
  await client.updateCollectionAliases({
    actions: [{ create_alias: { collection_name: physical, alias_name: alias } }],
  });
}

/** `docs__3` -> 3; null for a name that is no version of `name`. */
export function versionOf(name: string, physical: string): number | null {
  if (!physical.startsWith(`${name}__`)) return null;
  const tail = physical.slice(name.length + 2);
  return /^[1-9][0-9]{0,8}$/u.test(tail) ? Number(tail) : null;
}

/** `docs__3` -> `docs`; null for what is called as no version is. */
export function versionedName(physical: string): string | null {
  const name = physical.slice(0, Math.max(0, physical.lastIndexOf('__')));
  return name !== '' && versionOf(name, physical) !== null ? name : null;
}

/** The name after the highest version there is: numbers are never used twice while a later one exists. */
export function nextVersionName(name: string, existing: readonly string[]): string {
  const versions = existing.map((physical) => versionOf(name, physical) ?? 0);
  return `${name}__${Math.max(0, ...versions) + 1}`;
}
