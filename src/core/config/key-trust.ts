/**
 * Where an API key may travel: not to a server that only a project's file names (which came with
 * a clone). That it does not travel in clear text is the connection's care.
 */
import { QdxError } from '../../lib/errors.ts';
import type { ResolvedSettings } from './resolve.ts';

/**
 * @param confirm Asks the user.
 * @throws QdxError refused, with the way to allow it.
 */
export async function assertKeyMayTravel(
  resolved: ResolvedSettings,
  confirm: (question: string) => Promise<boolean>,
): Promise<void> {
  const { url, apiKey, trustedUrls } = resolved.settings.connection;
  if (url === undefined || apiKey === undefined) return;
  const urlOrigin = resolved.origins['connection.url'];
  const keyOrigin = resolved.origins['connection.apiKey'];
  if (urlOrigin?.kind !== 'project' || keyOrigin?.kind === 'project') return;
  if (trustedUrls.some((trusted) => sameServer(trusted, url))) return;
  if (await confirm(`${urlOrigin.name} names the server ${url}. Send it your API key from ${keyOrigin?.name}?`)) return;
  throw new QdxError('refused', `your API key was not sent to ${url}, which only the project's file names`, {
    hint: `name it yourself: --url ${url}, or connection.trustedUrls in your own settings`,
  });
}

const sameServer = (a: string, b: string): boolean => new URL(a).origin === new URL(b).origin;
