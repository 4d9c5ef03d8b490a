/**
 * The local server: does it run, and did one that ended leave something that says it does.
 */
import { existsSync } from 'node:fs';
import { dataDirOf, localServerStatus, serverCommand } from '../qdrant/local-server.ts';
import { readState, serverPaths } from '../qdrant/server/server-state.ts';
import { isLockHeld } from '../../lib/lock-file.ts';
import { type Found, ok, type Patient, warning } from './finding.ts';

export async function localServerFindings({ settings, folders }: Patient): Promise<Found[]> {
  // Broken settings are said elsewhere; the user's own folder is still worth a look.
  const dataDir = await settings().then(
    ({ settings: { connection } }) => connection.dataDir,
    () => undefined,
  );
  const folder = dataDirOf(dataDir, folders.data);
  const status = await localServerStatus(folder, folders.data);
  const paths = serverPaths(folder);
  const found: Found[] = [];
  if (status.running && status.ready)
    found.push(ok(`Qdrant ${status.version} runs on ${folder} (process ${status.pid})`));
  else if (status.running)
    found.push(
      warning(`process ${status.pid} on ${folder} does not answer`, serverCommand('stop', folder, folders.data)),
    );
  else if (existsSync(paths.state) && readState(paths.state) !== undefined)
    found.push(
      warning(
        `${paths.state} names process ${readState(paths.state)?.pid}, which is gone: it was killed, or crashed`,
        `${serverCommand('start', folder, folders.data)}, which sets it right; ${paths.log} says why it ended`,
      ),
    );
  else found.push(ok(`none runs on ${folder}`));
  if (existsSync(paths.lock) && !(await isLockHeld(paths.lock)))
    found.push(warning(`${paths.lock} was left by a process that is gone`, 'nothing: the next start takes it over'));
  return found;
}
