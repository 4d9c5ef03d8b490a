/**
 * `qdx migrate`: a collection to another name, layout, server or model, proven before any name leads to it.
 */
import { join } from 'node:path';
import type { ResolvedSettings } from '../core/config/resolve.ts';
import { copyPoints } from '../core/transfer/migrate/copy-points.ts';
import type { MigrateLines } from '../core/transfer/migrate/plan.ts';
import { planCopy } from '../core/transfer/migrate/plan-copy.ts';
import { shipSnapshot } from '../core/transfer/migrate/ship-snapshot.ts';
import { migrateSeveral } from '../core/transfer/migrate/several.ts';
import { migrate as migrateCollection, type MigrateSummary } from '../core/transfer/migrate.ts';
import { planReembedding } from '../core/transfer/reembed/plan.ts';
import { reembedCollection } from '../core/transfer/reembed-collection.ts';
import type { CommandContext, CommandInput, CommandModule, CommandResult } from './command.ts';
import { resultOrUnchanged } from './unchanged.ts';
import { listFlag } from './list-flag.ts';
import { addMigrateFlags, type Job, layoutOf, migrateLines, migrateParams, selectionOf } from './migrate/flags.ts';
import { addModelFlags, isReembedding, reembedParams } from './migrate/model-flags.ts';
import { renderReembedding, renderReembedPlan } from './migrate/model-render.ts';
import { renderCopy, renderCopyPlan, renderSeveral } from './migrate/text.ts';

export const migrate: CommandModule = {
  examples: [
    'qdx migrate docs docs-copy --plan',
    'qdx migrate docs --shard-number 4 --yes',
    'qdx migrate docs --from-url http://127.0.0.1:6333 --to-url http://127.0.0.1:6433 --yes',
    'qdx migrate --all --to-url https://cluster.example:6333 --to-api-key-file key.txt --yes --json',
    'qdx migrate docs docs-small --model all-MiniLM-L6-v2 --plan',
    'qdx migrate docs docs --model all-MiniLM-L6-v2 --allow-gap --yes',
  ],
  define: (command) => {
    addMigrateFlags(command);
    addModelFlags(command);
  },
  run: async (input, context) => {
    const { args, flags } = input;
    const selection = selectionOf(input, await context.settings());
    const lines = await migrateLines(flags, context);
    const [source = '', target = null] = args;
    if (!selection)
      return resultOrUnchanged(async () => migrateOne({ source, target, isSelected: false }, lines, flags, context));
    const one = async (name: string) =>
      migrateOne({ source: name, target: null, isSelected: true }, lines, flags, context);
    const outcomes = await migrateSeveral(lines.from, selection, one, context);
    const collections = outcomes.map((each) => (each.status === 'done' ? { ...each, result: each.result.data } : each));
    const failed = collections.filter(({ status }) => status === 'failed').length;
    const isWhole = outcomes.every((each) => each.status !== 'done' || each.result.outcome !== 'partial');
    return {
      data: { schemaVersion: 1, collections, failed },
      text: (view) => (isPlan(flags) ? textsOf(outcomes, view) : renderSeveral(collections)),
      outcome: failed === 0 && isWhole ? 'done' : 'partial',
    };
  },
};

type View = Parameters<CommandResult['text']>[0];
type Outcomes = Awaited<ReturnType<typeof migrateSeveral<CommandResult>>>;

const textsOf = (outcomes: Outcomes, view: View): string =>
  outcomes.map((each) => `${each.name}\n${textOf(each, view)}`).join('\n\n');

function textOf(outcome: Outcomes[number], view: View): string {
  if (outcome.status === 'done') return outcome.result.text(view);
  return outcome.status === 'unchanged' ? outcome.reason : outcome.error.message;
}

const isPlan = (flags: CommandInput['flags']): boolean => flags['plan'] === true || flags['dryRun'] === true;

async function migrateOne(
  job: Job,
  lines: MigrateLines,
  flags: CommandInput['flags'],
  context: CommandContext,
): Promise<CommandResult> {
  const resolved = await context.settings(job.target ?? job.source);
  return isReembedding(flags, resolved)
    ? reembedOne(job, lines, flags, resolved, context)
    : copyOne(job, lines, flags, resolved, context);
}

async function copyOne(
  job: Job,
  lines: MigrateLines,
  flags: CommandInput['flags'],
  resolved: ResolvedSettings,
  context: CommandContext,
): Promise<CommandResult> {
  const layout = await layoutOf(lines.to, resolved);
  const peers = { from: listFlag(flags, 'fromPeerUrl'), to: listFlag(flags, 'toPeerUrl') };
  const strategy = flags['via'] === 'snapshot' ? shipSnapshot(lines.to, layout, peers) : copyPoints(layout);
  const params = { ...migrateParams(job, flags, resolved, context), strategy };
  if (isPlan(flags)) {
    const plan = await planCopy(lines, params, context);
    return { data: { schemaVersion: 1, ...plan }, text: () => renderCopyPlan(plan) };
  }
  const data = await migrateCollection(lines, params, context);
  return { data: { schemaVersion: 1, ...data }, text: () => renderCopy(data), outcome: outcomeOf(data) };
}

/** Whole: everything as planned, and nothing that still reached the source is missing; with --no-verify nobody asked for that. */
function outcomeOf(summary: Omit<MigrateSummary, 'proof'>): 'done' | 'partial' {
  const { notAsPlanned, isSwitched, isReadBack, late } = summary;
  const isCarried = !isSwitched || (late ? late.isQuiet && late.skipped === 0 : isReadBack === false);
  return notAsPlanned.length === 0 && isCarried ? 'done' : 'partial';
}

async function reembedOne(
  job: Job,
  lines: MigrateLines,
  flags: CommandInput['flags'],
  resolved: ResolvedSettings,
  context: CommandContext,
): Promise<CommandResult> {
  const typed = typeof flags['backupTo'] === 'string' ? flags['backupTo'] : join(context.folders.data, 'backups');
  const params = {
    ...migrateParams(job, flags, resolved, context),
    reembed: await reembedParams(flags, resolved, await layoutOf(lines.to, resolved), context),
    backupRoot: flags['backup'] === false ? null : typed,
  };
  if (isPlan(flags)) {
    const plan = await planReembedding(lines, params, context);
    return { data: { schemaVersion: 1, ...plan }, text: () => renderReembedPlan(plan) };
  }
  const summary = await reembedCollection(lines, params, context);
  const text = () => renderReembedding(summary);
  return { data: { schemaVersion: 1, ...summary }, text, outcome: outcomeOf(summary) };
}
