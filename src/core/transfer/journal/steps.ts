/**
 * The named steps of a transfer: the moments between two durable writes, where a crash leaves a state of its own. Announced as
 * events, so that fault tests can hold the process there and kill it, each in turn (benchmarks/kill). Nothing hangs on them.
 */
import type { RunOptions } from '../../../lib/events.ts';

/** By command, in the order in which they are first reached. */
const transferSteps = {
  backup: [
    'backup.begun',
    'backup.described',
    'backup.planned',
    'backup.part-written',
    'backup.part-noted',
    'backup.read',
    'backup.compared',
    'backup.manifest-written',
    'backup.journal-removed',
  ],
  snapshot: [
    'snapshot.announced',
    'snapshot.created',
    'snapshot.noted',
    'snapshot.downloaded',
    'snapshot.download-noted',
    'snapshot.removed',
  ],
  restore: [
    'restore.checked',
    'restore.locked',
    'restore.planned',
    'restore.created',
    'restore.batch-loaded',
    'restore.part-loaded',
    'restore.loaded',
    'restore.compared',
    'restore.finished',
    'restore.switched',
    'restore.marked',
  ],
  migrate: [
    'migrate.locked',
    'migrate.planned',
    'migrate.noted',
    'migrate.created',
    'migrate.snapshot-made',
    'migrate.snapshot-recovered',
    'migrate.batch-loaded',
    'migrate.range-filled',
    'migrate.filled',
    'migrate.settled',
    'migrate.read-back',
    'migrate.finished',
    'migrate.proven',
    'migrate.switched',
    'migrate.switch-noted',
    'migrate.late-carried',
    'migrate.marked',
  ],
  force: [
    'force.checked',
    'force.locked',
    'force.planned',
    'force.watched',
    'force.backed-up',
    'force.created',
    'force.uploaded',
    'force.compared',
    'force.proven',
    'force.switched',
    'force.marked',
  ],
  late: ['late.point-carried'],
  plain: ['plain.copied', 'plain.fenced', 'plain.equal', 'plain.announced', 'plain.deleted', 'plain.named'],
} as const;

export type TransferStep = (typeof transferSteps)[keyof typeof transferSteps][number];

export const reached = ({ onEvent }: RunOptions, name: TransferStep): void => onEvent?.({ type: 'step', name });
