/**
 * What qdx made and nobody may need any more: staging collections that a killed run left, and versions that were replaced.
 * Only what carries qdx's mark is looked at, and never what a name leads to.
 */
import { shellText } from '../../../lib/shell-line.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { type ListedCollection, listCollections } from '../../qdrant/collection/names.ts';
import { countPoints } from '../../qdrant/collection/points.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { findLockOwner } from '../../qdrant/lock/owner.ts';
import { readTelemetry } from '../../qdrant/stats/telemetry.ts';
import type { LockOwner } from '../../qdrant/lock.ts';
import { currentOf } from '../switch/take-name.ts';
import { isVersionOf, readTransferMark, type TransferMark } from '../journal/transfer-mark.ts';

export interface Candidate {
  /** Public name that it was made for. */
  readonly name: string;
  readonly physical: string;
  readonly why: 'staging' | 'replaced';
  readonly command: TransferMark['command'];
  readonly points: number;
  /** Of vectors and payloads, as the server says; null where it does not. */
  readonly sizeBytes: number | null;
  /** Since when: ISO 8601 UTC. */
  readonly since: string;
  /** Why it is not removed; null: it may go. */
  readonly keptBy: string | null;
  /** What is typed to delete it: the public name, or its own where that is no version of it (F15). */
  readonly confirmBy: string;
  /** It is kept because `qdx rollback` goes back to it. */
  readonly isPrevious: boolean;
}

export interface CandidateInput {
  /** Versions before the live one that are kept, of each name. */
  readonly keep: number;
  /** Public names or collections; empty: all. */
  readonly only: readonly string[];
  readonly me: LockOwner;
  /** This run holds the lock of the one name in `only`. */
  readonly isHeld?: boolean;
}

interface Marked {
  readonly listed: ListedCollection;
  readonly mark: TransferMark;
}

export async function findCandidates(
  connection: Connection,
  { keep, only, me, isHeld = false }: CandidateInput,
  run: RunOptions,
): Promise<Candidate[]> {
  const listed = await listCollections(connection, run.signal);
  const sizes = (await readTelemetry(connection, run.signal)).collections;
  const marked: Marked[] = [];
  for (const each of listed) {
    const mark = await readTransferMark(connection, each.physical);
    if (mark) marked.push({ listed: each, mark });
  }
  const replaced = replacedBy(marked);
  const candidates: Candidate[] = [];
  for (const { listed: entry, mark } of marked) {
    const { physical } = entry;
    if (entry.aliases.length > 0 || !isMeant(only, mark.name, physical)) continue;
    const why = mark.state === 'staging' ? 'staging' : 'replaced';
    if (mark.state === 'live' && !replaced.has(physical)) continue;
    const size = sizes[physical];
    candidates.push({
      name: mark.name,
      physical,
      why,
      command: mark.command,
      points: await countPoints(connection, physical, run),
      sizeBytes: size ? size.vectorBytes + size.payloadBytes : null,
      since: mark.state === 'live' ? (replaced.get(physical) ?? mark.at) : mark.at,
      keptBy: await keptBy(connection, { mark, listed, marked, me: isHeld ? null : me }),
      confirmBy: isVersionOf(mark.name, physical, mark) ? mark.name : physical,
      isPrevious: false,
    });
  }
  return keepNewest(candidates, keep).toSorted((a, b) => (a.name + a.since < b.name + b.since ? -1 : 1));
}

const isMeant = (only: readonly string[], ...names: readonly string[]): boolean =>
  only.length === 0 || names.some((name) => only.includes(name));

/** Collections that a live one replaced, and when: also where the run was killed before it noted that on them. */
function replacedBy(marked: readonly Marked[]): ReadonlyMap<string, string> {
  const live = marked.filter(({ listed, mark }) => listed.aliases.length > 0 && mark.replaced !== null);
  return new Map(live.map(({ mark }) => [mark.replaced ?? '', mark.at]));
}

interface KeptInput {
  readonly mark: TransferMark;
  readonly listed: readonly ListedCollection[];
  readonly marked: readonly Marked[];
  /** Null where the lock is this run's own. */
  readonly me: LockOwner | null;
}

async function keptBy(connection: Connection, { mark, listed, marked, me }: KeptInput): Promise<string | null> {
  const owner = me && (await findLockOwner(connection, mark.name, me));
  if (owner) return `"${owner.command}" is writing to ${mark.name} (process ${owner.pid} on ${owner.host})`;
  // Wherever the name leads now: its plain collection is gone, and the copy of that may be one of these.
  const cut = marked.find(({ mark: other }) => other.name === mark.name && other.takesName);
  if (cut)
    return `a run was killed while it gave the name ${mark.name} to ${cut.listed.physical}, and finishes when it is run again`;
  return currentOf(listed, mark.name) ? null : `${mark.name} leads nowhere: this may be all that is left of it`;
}

/** The newest replaced ones of each name stay. */
function keepNewest(candidates: readonly Candidate[], keep: number): Candidate[] {
  const seen = new Map<string, number>();
  const newestFirst = candidates.toSorted((a, b) => (a.since < b.since ? 1 : -1));
  return newestFirst.map((candidate) => {
    if (candidate.why === 'staging') return candidate;
    const number = (seen.get(candidate.name) ?? 0) + 1;
    seen.set(candidate.name, number);
    if (number > keep || candidate.keptBy !== null) return candidate;
    const why = `${shellText`qdx rollback ${candidate.name}`} goes back to it (--keep ${keep})`;
    return { ...candidate, keptBy: why, isPrevious: true };
  });
}
