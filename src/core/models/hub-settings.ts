/**
 * Where models come from and where they are kept, from the variables that users of the hub have already.
 */
import { join } from 'node:path';

export interface HubSettings {
  /** Without a slash at its end. */
  readonly endpoint: string;
  /** Sent to the endpoint's own origin only. */
  readonly token: string | undefined;
  readonly offline: boolean;
  /** `HF_HOME`, where it is set: models are then kept under it. */
  readonly home: string | undefined;
  /** A proxy that is set but that Node does not use by itself; named when a connection fails. */
  readonly proxy: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function hubSettings(environment: Environment): HubSettings {
  const value = (...names: string[]): string | undefined => names.map((name) => environment[name]).find(Boolean);
  return {
    endpoint: (value('HF_ENDPOINT') ?? 'https://huggingface.co').replace(/\/+$/, ''),
    token: value('HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN'),
    // The spellings that huggingface_hub takes for true.
    offline: /^(1|on|yes|true)$/i.test(value('HF_HUB_OFFLINE') ?? ''),
    home: value('HF_HOME'),
    proxy: value('HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'),
  };
}

export interface ModelPlaces {
  /** The user's cache folder of qdx. */
  readonly cacheFolder: string;
  readonly hub?: Pick<HubSettings, 'home'>;
}

/**
 * `$HF_HOME/qdx/models`, or `models` in qdx's own cache. Not the hub's cache itself: that one keeps files as symbolic
 * links into a store, which a model's external data must never be.
 */
export const modelsFolder = ({ cacheFolder, hub }: ModelPlaces): string =>
  hub?.home ? join(hub.home, 'qdx', 'models') : join(cacheFolder, 'models');
