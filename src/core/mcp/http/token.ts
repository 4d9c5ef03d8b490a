/**
 * The token of the HTTP server: made once for a user, kept where only that user can read it.
 */
import { randomBytes } from 'node:crypto';
import { makeFolder } from '../../../lib/make-folder.ts';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { QdxError } from '../../../lib/errors.ts';

const shortest = 16;

/** @throws QdxError `refused` for a file that holds no token. */
export async function keptToken(path: string): Promise<string> {
  makeFolder(dirname(path));
  await makeToken(path);
  const token = (await readFile(path, 'utf8')).trim();
  if (token.length >= shortest && /^\S+$/.test(token)) return token;
  throw new QdxError('refused', `${path} holds no token of at least ${shortest} characters`, {
    hint: `remove it: a new one is made, and clients need that one then`,
  });
}

/** Whole or not at all, and of two servers that start at once the first one's. */
async function makeToken(path: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, `${randomBytes(32).toString('base64url')}\n`, { flag: 'wx', mode: 0o600 });
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
