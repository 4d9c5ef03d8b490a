/**
 * The server: does it answer, is it one that qdx was tested with, is its clock right, are its collections well.
 */
import type { RunOptions } from '../../lib/events.ts';
import { counted } from '../../lib/quantities.ts';
import type { ResolvedSettings } from '../config/resolve.ts';
import { untestedVersionWarning } from '../qdrant/connection/features.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import { withLimits } from '../qdrant/connection/with-limits.ts';
import { dataDirOf, findRunningServer, serverCommand } from '../qdrant/local-server.ts';
import { readStats, type Stats } from '../qdrant/stats.ts';
import { type Found, ok, type Patient, warning } from './finding.ts';
import { shellText } from '../../lib/shell-line.ts';

/** An examination does not wait as long as a run does. */
const patienceMs = 5_000;
/** Writer locks are judged by the age of a record, in steps of ten seconds. */
const clockToleranceMs = 5_000;

/** The line to the server of the settings; null where that is the local one and it does not run. */
export async function openLine(patient: Patient, { signal }: RunOptions): Promise<Connection | null> {
  const { connection } = (await patient.settings()).settings;
  if (connection.url === undefined && !(await isLocalRunning(patient, connection))) return null;
  const limit = AbortSignal.timeout(2 * patienceMs);
  return withLimits(await patient.connect(), {
    timeoutMs: patienceMs,
    repeatable: false,
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
  });
}

/** Rejects where the server does not answer, with what to do about it. */
export async function serverFindings(patient: Patient, run: RunOptions): Promise<Found[]> {
  if (!(await isReadable(patient))) return [ok('not asked: the settings that name it are broken')];
  const line = await openLine(patient, run);
  if (line === null) return [await notRunning(patient)];
  const { version, clockAheadMs } = await line.server();
  const untested = untestedVersionWarning(version, line.url);
  const stats = await readStats(line, {});
  return [
    ok(`Qdrant ${version} answers on ${line.url}`),
    ...(untested === undefined ? [] : [warning(untested, 'use one of the versions that were tested')]),
    ...clockFindings(clockAheadMs),
    ...collectionFindings(stats),
  ];
}

const isReadable = ({ settings }: Patient): Promise<boolean> =>
  settings().then(
    () => true,
    () => false,
  );

const isLocalRunning = async ({ folders }: Patient, { dataDir }: ResolvedSettings['settings']['connection']) =>
  (await findRunningServer(dataDirOf(dataDir, folders.data)))?.phase === 'ready';

async function notRunning({ settings, folders }: Patient): Promise<Found> {
  const { dataDir } = (await settings()).settings.connection;
  const start = serverCommand('start', dataDirOf(dataDir, folders.data), folders.data);
  return ok(`no server is named, and the local one does not run; the next command starts it, or: ${start}`);
}

function collectionFindings({ collections }: Stats): Found[] {
  const points = collections.reduce((sum, each) => sum + each.points, 0);
  const sick = collections.filter(({ status }) => status === 'red');
  const warned = collections.filter((each) => each.warnings.length > 0);
  return [
    ok(`${counted(collections.length, 'collections')} with ${counted(points, 'points')}`),
    ...sick.map(({ name, optimizer }) =>
      warning(`collection ${name} is red: ${optimizer}`, shellText`qdx stats ${name}`),
    ),
    ...warned.map(({ name, warnings }) =>
      warning(`collection ${name}: ${warnings[0]?.message ?? ''}`, shellText`qdx stats ${name}`),
    ),
  ];
}

function clockFindings(aheadMs: number | null): Found[] {
  if (aheadMs === null) return [];
  if (Math.abs(aheadMs) <= clockToleranceMs) return [ok('its clock and the one of this machine agree')];
  const text = `the server's clock is ${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs > 0 ? 'ahead' : 'behind'}`;
  return [warning(text, 'set both machines by NTP: locks and versions are dated')];
}
