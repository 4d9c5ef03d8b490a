/**
 * What the tests of downloads share: a hub with one small model.
 */
import { type HubServer, startHubServer } from '../../helpers/hub-server.ts';
import { tinyRepository } from '../../helpers/onnx-model.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

export const commit = '1'.repeat(40);
export const laterCommit = '2'.repeat(40);

export interface TinyHub {
  readonly hub: HubServer;
  readonly cacheFolder: string;
}

/** One a test. */
export async function startTinyHub(): Promise<TinyHub> {
  const hub = await startHubServer({ 'test/tiny': { commit, files: tinyRepository() } });
  return { hub, cacheFolder: temporaryFolder('cache') };
}
