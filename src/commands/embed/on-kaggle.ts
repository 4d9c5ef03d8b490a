/**
 * `qdx embed --on kaggle`: what is typed for it, and what is said at its end.
 */
import { type Command, Option } from 'commander';
import { join } from 'node:path';
import type { EmbedDestination, EmbedParams } from '../../core/embed/embed.ts';
import type { KaggleParams, KaggleSummary } from '../../core/kaggle/embed-on-kaggle.ts';
import { QdxError } from '../../lib/errors.ts';
import { counted, formatBytes, formatDuration } from '../../lib/quantities.ts';
import type { CommandContext, CommandInput, CommandResult } from '../command.ts';
import type { EmbedFlags } from './flags.ts';
import { addSettingOptions } from '../setting-options.ts';
import { shellText } from '../../lib/shell-line.ts';

type Flags = CommandInput['flags'];

const heading = 'Options of --on kaggle:';

export function addKaggleOptions(command: Command): void {
  const add = (flags: string, description: string) =>
    command.addOption(new Option(flags, description).helpGroup(heading));
  add('--on <place>', 'Embed on other machines: kaggle. The vectors come back to --out; --run <id> alone goes on');
  add('--prepare', 'Make everything ready, and send nothing');
  addSettingOptions(command, ['kaggle.account', 'kaggle.shards', 'kaggle.stopAfterMinutes', 'kaggle.pollMs'], heading);
}

const onKaggle = 'qdx embed ./docs --on kaggle --kaggle-account <name> --out vectors.jsonl';

/** Whether the run goes to Kaggle. @throws QdxError `usage` for another place, and for flags that need one. */
export function goesToKaggle(flags: Flags, typed: EmbedFlags): boolean {
  const place = flags['on'];
  if (place === undefined && flags['prepare'] === true)
    throw new QdxError('usage', '--prepare belongs to --on kaggle', { hint: onKaggle });
  if (place === undefined) return false;
  if (place !== 'kaggle')
    throw new QdxError(
      'usage',
      `--on ${JSON.stringify(place)}: texts can be embedded on kaggle, or, without --on, here`,
      { hint: onKaggle },
    );
  const wrong = Object.entries({
    '--chunks-out': typed.chunksOut !== undefined,
    '--shard': typed.shard.shards > 1,
    '--prune': typed.prune || typed.pruneExcluded,
    '--dry-run': typed.dryRun,
  }).find(([, isTyped]) => isTyped);
  if (wrong) throw new QdxError('usage', `${wrong[0]} and --on kaggle do not go together`, { hint: hintOf(wrong[0]) });
  return true;
}

const hintOf = (flag: string): string =>
  flag === '--dry-run' ? 'add --prepare: it makes everything ready and sends nothing' : `leave ${flag} out`;

/** A run begins with a destination, and goes on without one. */
function kaggleTask(
  embed: Omit<EmbedParams, 'destination'>,
  destination: EmbedDestination | null,
  { out, runId }: EmbedFlags,
): KaggleParams['task'] {
  if (destination?.kind === 'vectors') return { kind: 'begin', embed, out: destination.path };
  if (destination === null && runId !== undefined)
    return { kind: 'continue', runId, ...(out !== undefined && { out }) };
  throw new QdxError('usage', 'where to? Name the vectors file that comes back with --out', {
    hint: `${onKaggle}; qdx upload then puts it into a collection`,
  });
}

export async function embedOnKaggle(
  embed: Omit<EmbedParams, 'destination'>,
  destination: EmbedDestination | null,
  { typed, flags }: { readonly typed: EmbedFlags; readonly flags: Flags },
  context: CommandContext,
): Promise<CommandResult> {
  const { embedOnKaggle: run } = await import('../../core/kaggle/embed-on-kaggle.ts');
  const { folders, environment, isYes, onEvent } = context;
  const { allowRemoteText: isAllowed } = embed.settings;
  const ask = (question: string) => context.askText(question);
  const summary = await run(
    {
      task: kaggleTask(embed, destination, typed),
      prepareOnly: flags['prepare'] === true,
      settings: embed.settings,
      folders,
      jobsFolder: join(folders.data, 'kaggle'),
      environment,
      consent: { dataFolder: folders.data, isAllowed, isYes, ask, onEvent },
      startedAt: embed.startedAt,
    },
    context,
  );
  const isWhole = summary.isComplete && (summary.state === 'done' || flags['prepare'] === true);
  return {
    data: { schemaVersion: 1, ...summary },
    text: () => renderKaggle(summary),
    outcome: isWhole ? 'done' : 'partial',
  };
}

export function renderKaggle(summary: KaggleSummary): string {
  const { state, runId, chunks, chunksBytes, folder, out, model, result, next, kaggle, durationMs } = summary;
  const size = `${counted(chunks, 'chunks')} (${formatBytes(chunksBytes)})`;
  if (state === 'prepared' || !result)
    return [
      `prepared ${size} of run ${runId} in ${folder}; nothing was sent`,
      'by hand, in this order:',
      ...next.map((line, index) => `  ${index + 1}. ${line}`),
    ].join('\n');
  const { compared, lowest, floor } = result.parity;
  return [
    `wrote ${counted(result.written, 'records')} (${formatBytes(result.sizeBytes)}) to ${out}`,
    `chunks    ${size} of run ${runId} sent as ${kaggle}`,
    `checked   every id, payload and length; lowest cosine of ${compared} samples ${lowest.toFixed(4)}, floor ${floor}`,
    `time      ${formatDuration(durationMs)}, ${model} (${result.file}, ${result.dtype})`,
    shellText`next      qdx upload ${out} --collection <name>`,
    'on Kaggle there is still the dataset and the notebook:',
    ...next.map((line) => `          ${line}`),
  ].join('\n');
}
