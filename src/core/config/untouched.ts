/**
 * Settings where nothing sets any: what resolve.ts would say, prepared by `npm run generate`, so that the common search
 * need not load the validator, which is a seventh of its time.
 */
import untouched from './untouched.json' with { type: 'json' };
import { findProjectFile, isThere, userFile } from './files.ts';
import type { ResolvedSettings, ResolveInput } from './resolve.ts';
import { environmentLayer } from './text-layer.ts';

/** Null where a flag, a variable or a file says something. */
export async function untouchedSettings(input: ResolveInput): Promise<ResolvedSettings | null> {
  const isTyped = Object.values(input.flags).some((value) => value !== undefined);
  if (isTyped || typeof input.configFile === 'string' || environmentLayer(input.environment).size > 0) return null;
  const hasFile = async () =>
    (await findProjectFile(input.cwd)) !== null || (await isThere(userFile(input.configFolder)));
  if (input.configFile !== false && (await hasFile())) return null;
  // A copy: nobody shall change what the next caller gets. `generate --check` says whether the file is of this schema.
  return structuredClone(untouched) as unknown as ResolvedSettings;
}
