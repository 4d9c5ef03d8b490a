/**
 * `qdx migrate`: a collection to another name, layout or server, proven before any name leads to it.
 */
import { join } from 'node:path';
import { addModelFlags, isReembedding, reembedParams } from './migrate-model-flags.ts';
import { planReembedding } from '../core/transfer/reembed/plan.ts';
import { renderReembedding, renderReembedPlan } from './migrate-model-render.ts';
import { addSettingOptions } from './setting-options.ts';
import { lockOwner } from '../core/qdrant/lock.ts';
import { copyPoints } from '../core/transfer/migrate/copy-points.ts';
import { reembedCollection } from '../core/transfer/reembed-collection.ts';
import { migrate as migrateCollection, type MigrateSummary } from '../core/transfer/migrate.ts';
import { formatCount, formatDuration } from '../lib/quantities.ts';
import type { CommandModule } from './command.ts';

export const migrate: CommandModule = {
  examples: ['qdx migrate docs docs-copy', 'qdx migrate docs docs --to-url http://127.0.0.1:6433 --yes'],
  define: (command) => {
    command
      .argument('<source>', 'Name or alias')
      .argument('[target]', 'Public name of the new one; absent: as in the source')
      .option('--from-url <url>', 'Server of the source; absent: that of the settings')
      .option('--from-api-key-file <file>', 'File that holds its API key')
      .option('--to-url <url>', 'Server of the target; absent: that of the settings')
      .option('--to-api-key-file <file>', 'File that holds its API key')
      .option('--no-switch', 'Fill and prove it, and leave the names where they lead')
      .option('--no-verify', 'Do not read the points back: they are only counted')
      .option('--no-wait', 'Switch in before everything is indexed')
      .option('--allow-shrink', 'Replace a collection by one of less than half its points')
      .option('--allow-empty', 'Replace a collection by an empty one')
      .option('--allow-concurrent-writes', 'Go on although the source does not come to rest')
      .option('--restart', 'Remove what unfinished migrations to this name left, and begin again')
      .option('--break-lock', 'Write although another run holds the lock');
    addSettingOptions(command, ['upload.batchSize', 'upload.parallel']);
    addModelFlags(command);
  },
  run: async ({ args, flags }, context) => {
    const resolved = await context.settings(args[1] ?? args[0]);
    const { settings } = resolved;
    const text = (name: string) => (typeof flags[name] === 'string' ? flags[name] : undefined);
    const place = (side: 'from' | 'to') => ({
      url: text(`${side}Url`),
      apiKeyFile: text(`${side}ApiKeyFile`),
      flag: `--${side}-url`,
    });
    const lines = { from: await context.connectTo(place('from')), to: await context.connectTo(place('to')) };
    const params = {
      source: String(args[0]),
      target: args[1] ?? null,
      batchSize: settings.upload.batchSize,
      parallel: settings.upload.parallel,
      switchNames: flags['switch'] !== false,
      readBack: flags['verify'] !== false,
      waitForIndex: flags['wait'] !== false,
      settleRounds: 5,
      allowShrink: flags['allowShrink'] === true,
      allowEmpty: flags['allowEmpty'] === true,
      allowConcurrentWrites: flags['allowConcurrentWrites'] === true,
      breakLock: flags['breakLock'] === true,
      restart: flags['restart'] === true,
      scratchFolder: context.folders.cache,
      confirm: (question: string) => context.confirm(question),
      owner: lockOwner(`qdx migrate ${args.join(' ')}`),
    };
    if (isReembedding(flags, resolved)) {
      const reembed = await reembedParams(flags, resolved, {}, context);
      const backupRoot = flags['backup'] === false ? null : (text('backupTo') ?? join(context.folders.data, 'backups'));
      if (flags['plan'] === true) {
        const plan = await planReembedding(lines, { ...params, reembed, backupRoot }, context);
        return { data: { schemaVersion: 1, ...plan }, text: () => renderReembedPlan(plan) };
      }
      const summary = await reembedCollection(lines, { ...params, reembed, backupRoot }, context);
      return { data: { schemaVersion: 1, ...summary }, text: () => renderReembedding(summary) };
    }
    const data = await migrateCollection(lines, { ...params, strategy: copyPoints({}) }, context);
    return { data: { schemaVersion: 1, ...data }, text: () => renderMigration(data) };
  },
};

export function renderMigration({ source, target, points, replaced, durationMs }: MigrateSummary): string {
  const before = replaced.length > 0 ? `; ${replaced.join(', ')} is kept` : '';
  return `${source.collection} -> ${target.collection}: ${formatCount(points)} points in ${formatDuration(durationMs)}${before}`;
}
