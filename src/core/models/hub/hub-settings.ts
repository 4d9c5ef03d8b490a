/**
 * Where models come from and where they are kept: the settings group `hub`, and what else a message about the network needs.
 */
import { join } from 'node:path';

export interface HubSettings {
  readonly endpoint: string;
  /** Sent to the endpoint's own origin only. */
  readonly token?: string | undefined;
  readonly offline: boolean;
  /** `HF_HOME`, where it is set: models are then kept under it. */
  readonly home?: string | undefined;
  /** A proxy of the environment, which Node may not use by itself; named when a connection fails. */
  readonly proxy?: string | undefined;
}

/** The settings, with the proxy that the environment names. */
export function hubWithProxy(hub: HubSettings, environment: Readonly<Record<string, string | undefined>>): HubSettings {
  const names = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];
  return { ...hub, proxy: names.map((name) => environment[name]).find(Boolean) };
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
