/**
 * What runs left on the server: staging collections, replaced versions, transfers that did not end, writer locks of the dead.
 */
import type { RunOptions } from '../../lib/events.ts';
import { formatDuration } from '../../lib/quantities.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import { listHolders } from '../qdrant/lock/holders.ts';
import { looksOld } from '../qdrant/lock/stale.ts';
import { defaultTiming } from '../qdrant/lock/timing.ts';
import { findCandidates } from '../transfer/gc/candidates.ts';
import { describeTransfer, listTransfers } from '../transfer/transfer-journal.ts';
import { isQdxError } from '../../lib/errors.ts';
import { type Found, ok, type Patient, warning } from './finding.ts';
import { openLine } from './server.ts';

export async function leftoverFindings(patient: Patient, run: RunOptions): Promise<Found[]> {
  // A server that cannot be asked has its own finding.
  const line = await openLine(patient, run).catch(() => null);
  if (line === null || !(await answers(line))) return [ok('not looked for: there is no server to ask')];
  const { keep } = (await patient.settings()).settings.transfer;
  const found = [
    ...(await lockFindings(line)),
    ...(await transferFindings(line)),
    ...(await garbageFindings(line, keep, patient)),
  ];
  return found.length === 0 ? [ok('nothing was left behind')] : found;
}

const answers = (line: Connection): Promise<boolean> =>
  line.server().then(
    () => true,
    () => false,
  );

async function lockFindings(line: Connection): Promise<Found[]> {
  const holders = await listHolders(line).catch(noneYet);
  return holders.map(({ target, owner, ...holder }) => {
    const who = `${owner.command} on ${owner.host} (process ${owner.pid})`;
    const age = formatDuration(Math.max(0, Date.now() - holder.renewedAtMs));
    if (!looksOld({ target, owner, ...holder }, defaultTiming.staleAfterMs))
      return ok(`${who} is writing to ${target}`);
    return warning(
      `the writer lock of ${target} is ${who}'s, which has not been heard of for ${age}`,
      'nothing: the next run takes it over; --break-lock takes it at once',
    );
  });
}

async function transferFindings(line: Connection): Promise<Found[]> {
  const open = (await listTransfers(line)).filter(({ state }) => state !== 'done');
  return open.map((transfer) => warning(describeTransfer(transfer), 'run the same command again to go on'));
}

async function garbageFindings(line: Connection, keep: number, { owner }: Patient): Promise<Found[]> {
  const candidates = await findCandidates(line, { keep, only: [], me: owner }, {});
  return candidates
    .filter(({ keptBy }) => keptBy === null)
    .map(({ name, physical, why, command }) =>
      warning(
        why === 'staging'
          ? `${physical} is staging that ${command} left`
          : `${physical} is a version of ${name} that was replaced`,
        `qdx gc --confirm ${physical}`,
      ),
    );
}

/** Of a server on which nobody has written with qdx. */
function noneYet(error: unknown): [] {
  if (isQdxError(error) && error.kind === 'notFound') return [];
  throw error;
}
