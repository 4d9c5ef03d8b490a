/**
 * qdx as a benchmark drives it: the built binary with a home of its own below `work`, and the library on the server that the
 * binary started there.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const binary = fileURLToPath(new URL('../bin/qdx.js', import.meta.url));
const load = (path) => import(new URL(`../dist/core/${path}`, import.meta.url));

const environmentOf = (work) => ({
  PATH: process.env.PATH,
  HOME: work,
  XDG_CACHE_HOME: join(work, 'cache'),
  XDG_CONFIG_HOME: join(work, 'config'),
  XDG_DATA_HOME: join(work, 'data'),
});

/** @returns stdout. @throws Error with stderr, where it did not end with 0. */
export function qdx(work, args) {
  const options = { cwd: work, env: environmentOf(work), encoding: 'utf8', maxBuffer: 1e9 };
  const run = spawnSync(process.execPath, [binary, ...args], options);
  if (run.status !== 0) throw new Error(`qdx ${args.join(' ')}: ${run.stderr}`);
  return run.stdout;
}

/** With the settings of a user who set none. Ended with `close`. */
export async function openLibrary(work) {
  const { connect } = await load('qdrant/connection/connect.js');
  const { settingsSchema } = await load('config/schema.js');
  const { findModel } = await load('models/find-model.js');
  const { searchParams } = await import('../dist/commands/search/flags.js');
  const environment = environmentOf(work);
  const settings = settingsSchema.parse({});
  const cacheFolder = join(work, 'cache', 'qdx');
  const dataFolder = join(work, 'data', 'qdx');
  const connection = await connect({ connection: settings.connection, dataFolder, environment });
  return {
    connection,
    environment,
    cacheFolder,
    places: { cacheFolder, findModel: (name) => findModel(name, { cacheFolder }) },
    /** Of `qdx search -c COLLECTION`. */
    paramsOf: (collection) => searchParams({}, { settings, origins: {} }, [collection]),
    close: () => connection.close(),
  };
}
