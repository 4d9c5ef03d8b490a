/**
 * Reads an API key from the file, or stdin, that a setting names.
 */
import { readFile } from 'node:fs/promises';
import { QdxError } from '../../lib/errors.ts';

/** @throws QdxError notFound or usage; never with anything of the content. */
export async function readKeyFile(path: string, readStdin: () => Promise<string>): Promise<string> {
  const key = (path === '-' ? await readStdin() : await readText(path)).trim();
  const name = path === '-' ? 'stdin' : path;
  if (key === '') throw new QdxError('usage', `${name} holds no API key`, { hint: 'put the key alone into it' });
  if (/\s/.test(key))
    throw new QdxError('usage', `${name} holds more than one API key`, { hint: 'put the key alone into it' });
  return key;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const { readFailure } = await import('../../lib/read-failure.ts');
    throw readFailure({ path, what: 'API key file' }, cause) ?? cause;
  }
}
