/**
 * `qdx models download`: gets a model from the hub, shows its hashes the first time, and locks them.
 */
import { describeCandidate, isAcceptedHash } from '../../core/models/hub/accept-hash.ts';
import { type DownloadCandidate, downloadModel } from '../../core/models/hub/download-model.ts';
import { hubWithProxy } from '../../core/models/hub/hub-settings.ts';
import { addSettingOptions } from '../setting-options.ts';
import type { CommandContext, CommandModule } from '../command.ts';
import { addCardOptions, cardChoices } from './card-options.ts';

export const modelsDownload: CommandModule = {
  examples: [
    'qdx models download nomic-ai/CodeRankEmbed',
    'qdx models download BAAI/bge-small-en-v1.5 --file onnx/model.onnx',
  ],
  define: (command) => {
    command
      .argument('<model>', 'Repository on the hub: owner/name')
      .option('--revision <name>', 'Branch, tag or commit; absent: the locked one, or main the first time')
      .option('--onnx-from <repository>', 'Repository of the ONNX file, where it is not the model’s own')
      .option(
        '--accept-hash [sha256]',
        'Lock the hashes without asking; with a value, only if it is that of the ONNX file',
      );
    addCardOptions(command);
    addSettingOptions(command, ['hub.endpoint', 'hub.offline']);
  },
  run: async ({ args, flags }, context) => {
    const [name = ''] = args;
    // Commander gives the text of a flag, or true for one that was typed without a value.
    const acceptHash = flags['acceptHash'] as string | true | undefined;
    const { settings } = await context.settings();
    const { signal, onEvent, folders } = context;
    const { card, files, folder, wasLocked } = await downloadModel(
      {
        name,
        cacheFolder: folders.cache,
        hub: hubWithProxy(settings.hub, context.environment),
        ...(typeof flags['revision'] === 'string' && { revision: flags['revision'] }),
        ...(typeof flags['onnxFrom'] === 'string' && { onnxFrom: flags['onnxFrom'] }),
        choices: cardChoices(flags),
        accept: (candidate) => accept(candidate, acceptHash, context),
      },
      { signal, onEvent },
    );
    const state = wasLocked ? 'as it was locked' : 'accepted and locked';
    return {
      data: { schemaVersion: 1, card, files, folder, wasLocked },
      text: () => `${card.name} is here, ${state}: ${folder}\nCheck it with: qdx verify-model ${card.name}`,
    };
  },
};

async function accept(
  candidate: DownloadCandidate,
  given: string | true | undefined,
  context: CommandContext,
): Promise<boolean> {
  context.onEvent({ type: 'note', message: describeCandidate(candidate) });
  const { name, sha256 } = candidate.card;
  const question = `Use ${name} with these hashes? (--accept-hash ${sha256} says yes without being asked)`;
  return isAcceptedHash(candidate, given) ?? context.confirm(question);
}
