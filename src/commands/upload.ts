/**
 * `qdx upload`: vectors files, or plain lines, into a collection.
 */
import { openEncoder } from '../core/models/open-encoder.ts';
import { findModel } from '../core/models/find-model.ts';
import { lockOwner } from '../core/qdrant/lock.ts';
import { plainModelCard } from '../core/qdrant/upload-files/plain-model.ts';
import { uploadFiles, type UploadFilesInput } from '../core/qdrant/upload-files.ts';
import { hasAllWrites, overwriteCollection } from '../core/transfer/overwrite.ts';
import { addSettingOptions } from './setting-options.ts';
import { addEndpointOptions, modelPlaces } from './model-places.ts';
import { version } from '../version.ts';
import type { Origin } from '../core/config/resolve.ts';
import type { CommandModule } from './command.ts';
import { addCollectionSettings, typedMakingFlags } from './collection-setting-flags.ts';
import { renderOverwrite } from './upload/overwrite-text.ts';
import { addForceOptions, forceParams } from './upload/force.ts';
import { renderUpload } from './upload/text.ts';

export const upload: CommandModule = {
  examples: [
    'qdx upload vectors.jsonl --collection docs',
    'qdx upload part-1.jsonl part-2.jsonl --collection docs --dry-run',
    'qdx upload points.jsonl --collection docs --model all-MiniLM-L6-v2 --rejects rejects.jsonl',
    'qdx upload vectors.jsonl --collection docs --force',
    'qdx upload vectors.jsonl --collection docs --force --allow-shrink --backup-to backups --yes',
  ],
  define: (command) => {
    command
      .argument('<file...>', 'Vectors files of one run (all shards), or {"id","vector","payload"} lines; - is stdin')
      .requiredOption('-c, --collection <name>', 'Where the points go; made if it is not there')
      .option('--description <text>', 'What a new collection holds, in a sentence')
      .option('--id-hash', 'Derive a UUID from ids that Qdrant does not take (plain lines)')
      .option('--rejects <file>', 'Write records that were turned away here, with line and reason')
      .option('--dry-run', 'Read and check everything, write nothing')
      .option('--no-wait', 'Do not wait until everything is indexed')
      .option('--break-lock', 'Write although another run holds the lock');
    addSettingOptions(command, ['embed.model', 'upload.checkVectors']);
    addForceOptions(command);
    addCollectionSettings(command);
    addEndpointOptions(command, 'query');
  },
  run: async ({ args, flags }, context) => {
    const name = String(flags['collection']);
    const { settings, origins } = await context.settings(name);
    const places = modelPlaces(context, settings);
    const input: UploadFilesInput = {
      paths: args,
      stdin: { stream: context.stdin, folder: context.folders.cache },
      collection: name,
      settings,
      typed: typedMakingFlags(origins),
      description: typeof flags['description'] === 'string' ? flags['description'] : descriptionOf(settings, name),
      qdxVersion: version,
      owner: lockOwner(`qdx upload -c ${name}`),
      plainModel: () => plainModelCard(isNamed(origins['embed.model']) ? settings.embed.model : undefined, places),
      openEncoder: async (model) =>
        openEncoder(
          await findModel(model.name, places, model),
          { device: 'cpu', workers: 1, use: 'query', cacheFolder: places.cacheFolder },
          context,
        ),
      ...(typeof flags['rejects'] === 'string' && { rejectsPath: flags['rejects'] }),
      hashIds: flags['idHash'] === true,
      dryRun: flags['dryRun'] === true,
      waitForIndex: flags['wait'] !== false,
      breakLock: flags['breakLock'] === true,
    };
    const connection = await context.connect();
    const params = forceParams(input, flags, context);
    const data = params
      ? await overwriteCollection(connection, params, context)
      : ({ overwritten: false, ...(await uploadFiles(connection, input, context)) } as const);
    const isWhole = data.rejected === 0 && (!data.overwritten || (data.notTaken.length === 0 && hasAllWrites(data)));
    return {
      data: { schemaVersion: 1, ...data },
      text: () => (data.overwritten ? renderOverwrite(data) : renderUpload(data)),
      outcome: isWhole ? 'done' : 'partial',
    };
  },
};

/** A preset's model is no statement about vectors that somebody else made. */
const isNamed = (origin: Origin | undefined): boolean =>
  origin !== undefined && origin.kind !== 'preset' && origin.kind !== 'default';

const descriptionOf = (settings: { collections: Record<string, { description: string }> }, name: string): string =>
  settings.collections[name]?.description ?? '';
