/**
 * A repository on the hub at one commit: resolved once, so that a branch that moves meanwhile changes nothing.
 */
import { z } from 'zod';
import { QdxError } from '../../../lib/errors.ts';
import { withoutPassword } from '../../../lib/redact.ts';
import { askHub } from './hub-request.ts';
import type { HubSettings } from './hub-settings.ts';

export interface HubRepository {
  readonly repository: string;
  /** 40 hex digits. */
  readonly commit: string;
  /** Paths of all files at that commit. */
  readonly files: readonly string[];
}

const answer = z.looseObject({
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  siblings: z.array(z.looseObject({ rfilename: z.string() })),
});

export interface RepositoryQuery {
  readonly repository: string;
  /** Branch, tag or commit. */
  readonly revision: string;
  readonly hub: HubSettings;
  readonly signal?: AbortSignal | undefined;
}

export async function resolveRepository({
  repository,
  revision,
  hub,
  signal,
}: RepositoryQuery): Promise<HubRepository> {
  const what = `model ${repository} at ${revision}`;
  const url = `${hub.endpoint.replace(/\/+$/, '')}/api/models/${repository}/revision/${encodeURIComponent(revision)}`;
  const { response } = await askHub({ hub, url, what, signal });
  const parsed = answer.safeParse(await response.json().catch(() => null));
  if (!parsed.success)
    throw new QdxError(
      'failed',
      `${withoutPassword(hub.endpoint)} does not answer as a model hub when asked for the ${what}`,
      {
        hint: 'check HF_ENDPOINT; a login page of a network or a proxy answers like this too',
      },
    );
  return {
    repository,
    commit: parsed.data.sha,
    files: parsed.data.siblings.map(({ rfilename }) => rfilename).filter(isPlainPath),
  };
}

/** Names become paths of this machine: nothing that could leave the model's folder. */
const isPlainPath = (path: string): boolean =>
  /^[^\\:\0]+$/.test(path) && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
