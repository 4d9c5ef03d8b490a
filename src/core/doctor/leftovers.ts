/**
 * What runs left on the server: staging collections, replaced versions, transfers that did not end, writer locks of the dead.
 */
import type { RunOptions } from '../../lib/events.ts';
import { formatDuration } from '../../lib/quantities.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import { type Holder, listHolders } from '../qdrant/lock/holders.ts';
import { looksOld } from '../qdrant/lock/stale.ts';
import { defaultTiming } from '../qdrant/lock/timing.ts';
import { type Candidate, findCandidates } from '../transfer/gc/candidates.ts';
import { describeTransfer, listTransfers } from '../transfer/journal/transfer-journal.ts';
import { isQdxError } from '../../lib/errors.ts';
import { type Found, ok, type Patient, warning } from './finding.ts';
import { openLine } from './server.ts';
import { shellText } from '../../lib/shell-line.ts';

export async function leftoverFindings(patient: Patient, run: RunOptions): Promise<Found[]> {
  // A server that cannot be asked has its own finding.
  const line = await openLine(patient, run).catch(() => null);
  if (line === null || !(await answers(line))) return [ok('not looked for: there is no server to ask')];
  const { keep } = (await patient.settings()).settings.transfer;
  const holders = await listHolders(line).catch(noneYet);
  const isAtWork = (name: string): boolean => holders.some((holder) => holder.target === name && !isOld(holder));
  const found = [
    ...holders.map(lockFinding),
    ...(await transferFindings(line, isAtWork)),
    ...(await garbageFindings(line, keep, isAtWork, patient)),
  ];
  return found.length === 0 ? [ok('nothing was left behind')] : found;
}

const answers = (line: Connection): Promise<boolean> =>
  line.server().then(
    () => true,
    () => false,
  );

const isOld = (holder: Holder): boolean => looksOld(holder, defaultTiming.staleAfterMs);

function lockFinding(holder: Holder): Found {
  const { target, owner, renewedAtMs } = holder;
  const who = `${owner.command} on ${owner.host} (process ${owner.pid})`;
  if (!isOld(holder)) return ok(`${who} is writing to ${target}`);
  const age = formatDuration(Math.max(0, Date.now() - renewedAtMs));
  return warning(
    `the writer lock of ${target} is ${who}'s, which has not been heard of for ${age}`,
    'nothing: the next run takes it over; --break-lock takes it at once',
  );
}

/** By public name: what a run is at work on was not left behind. */
type IsAtWork = (name: string) => boolean;

async function transferFindings(line: Connection, isAtWork: IsAtWork): Promise<Found[]> {
  const open = (await listTransfers(line)).filter(({ state, name }) => state !== 'done' && !isAtWork(name));
  return open.map((transfer) => warning(describeTransfer(transfer), 'run the same command again to go on'));
}

async function garbageFindings(
  line: Connection,
  keep: number,
  isAtWork: IsAtWork,
  { owner }: Patient,
): Promise<Found[]> {
  const candidates = await findCandidates(line, { keep, only: [], me: owner }, {});
  // A version that stays for `qdx rollback` is there on purpose.
  return candidates
    .filter(({ name, why, keptBy }) => !isAtWork(name) && (why === 'staging' || keptBy === null))
    .map(garbageFinding);
}

function garbageFinding({ name, physical, why, command, keptBy }: Candidate): Found {
  const what = why === 'staging' ? `staging that ${command} left` : `a version of ${name} that was replaced`;
  if (keptBy === null) return warning(`${physical} is ${what}`, shellText`qdx gc --confirm ${physical}`);
  return warning(`${physical} is ${what}, and is kept: ${keptBy}`, 'run the same command again to go on');
}

/** Of a server on which nobody has written with qdx. */
function noneYet(error: unknown): [] {
  if (isQdxError(error) && error.kind === 'notFound') return [];
  throw error;
}
