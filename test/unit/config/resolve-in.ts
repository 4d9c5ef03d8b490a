/**
 * Resolves settings of a made-up machine: files in a temporary folder, an environment, flags.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ResolvedSettings, resolveSettings } from '../../../src/core/config/resolve.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

export interface Machine {
  /** Files by path from the machine's root; objects become JSON. The project is in `repo`, the user's file `user/config.json`. */
  readonly files?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: Readonly<Record<string, unknown>>;
  readonly collection?: string;
  readonly configFile?: string | false;
  /** From the machine's root. */
  readonly cwd?: string;
  readonly stdin?: string;
}

/** Short for the most common machine. */
export const layers = (layer: { project?: unknown; user?: unknown }): Readonly<Record<string, unknown>> => ({
  ...(layer.project !== undefined && { 'repo/qdx.config.json': layer.project }),
  ...(layer.user !== undefined && { 'user/config.json': layer.user }),
});

export async function resolveIn(machine: Machine): Promise<ResolvedSettings & { readonly root: string }> {
  const root = temporaryFolder('settings');
  mkdirSync(join(root, 'repo', '.git'), { recursive: true });
  for (const [path, content] of Object.entries(machine.files ?? {})) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    const raw = typeof content === 'string' || content instanceof Uint8Array;
    writeFileSync(join(root, path), raw ? content : JSON.stringify(content));
  }
  const cwd = join(root, machine.cwd ?? 'repo');
  mkdirSync(cwd, { recursive: true });
  const resolved = await resolveSettings({
    flags: machine.flags ?? {},
    environment: machine.env ?? {},
    cwd,
    configFolder: join(root, 'user'),
    readStdin: async () => machine.stdin ?? '',
    ...(machine.collection !== undefined && { collection: machine.collection }),
    ...(machine.configFile !== undefined && {
      configFile: machine.configFile === false ? false : join(root, machine.configFile),
    }),
  });
  return { ...resolved, root };
}
