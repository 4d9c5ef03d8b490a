/**
 * Where models are: files of this user, and the service that `--model endpoint:NAME` asks.
 */
import type { Command } from 'commander';
import type { Settings } from '../core/config/schema.ts';
import type { SettingPath } from '../core/config/table.ts';
import type { EndpointParams } from '../core/models/endpoint/endpoint-params.ts';
import type { FindModelOptions } from '../core/models/find-model.ts';
import type { CommandContext } from './command.ts';
import { addSettingOptions } from './setting-options.ts';

/** Of every command that opens an encoder. */
const askingSettings: readonly SettingPath[] = [
  'endpoint.url',
  'endpoint.apiKeyFile',
  'endpoint.api',
  'endpoint.timeoutMs',
  'endpoint.costPerMtok',
];

/** Of those that make many vectors, or a card. */
const bulkSettings: readonly SettingPath[] = [
  'endpoint.dimension',
  'endpoint.maxTokens',
  'endpoint.normalize',
  'endpoint.queryPrefix',
  'endpoint.documentPrefix',
  'endpoint.tokenizer',
  'endpoint.batchSize',
  'endpoint.batchTokens',
  'endpoint.parallel',
  'endpoint.requestsPerMinute',
  'endpoint.tokensPerMinute',
  'endpoint.maxCost',
];

const heading = 'Options of a model over HTTP (--model endpoint:NAME):';

/**
 * @param use `query`: vectors of single texts only; `bulk`: of many.
 * @param hasAllowRemoteText The command has the settings of reranking too, and `--allow-remote-text` with them.
 */
export function addEndpointOptions(command: Command, use: 'query' | 'bulk', hasAllowRemoteText = false): void {
  const paths = use === 'bulk' ? [...askingSettings, ...bulkSettings] : askingSettings;
  addSettingOptions(command, hasAllowRemoteText ? paths : [...paths, 'allowRemoteText'], heading);
}

type Context = Pick<CommandContext, 'folders' | 'askText' | 'isYes' | 'onEvent' | 'signal'>;

export function modelPlaces(context: Context, settings: Settings): FindModelOptions {
  return { cacheFolder: context.folders.cache, hub: settings.hub, endpoint: endpointParams(context, settings) };
}

export function endpointParams(
  { folders, askText, isYes, onEvent, signal }: Context,
  { endpoint, connection, allowRemoteText: isAllowed }: Settings,
): EndpointParams {
  const { apiKeyFile: _file, ...asked } = endpoint;
  return {
    // zod types absent optionals as `T | undefined`; the schema never puts an undefined there.
    ...(asked as Omit<EndpointParams, 'insecure'>),
    insecure: connection.insecure,
    signal,
    assertMayTravel: async (leaving) => {
      const { assertTextMayTravel } = await import('../core/config/text-trust.ts');
      await assertTextMayTravel(leaving, { dataFolder: folders.data, isAllowed, isYes, ask: askText, onEvent });
    },
  };
}
