/**
 * Tells a model file from what hubs, mirrors and networks hand out in its place.
 */
import { open, readFile } from 'node:fs/promises';
import { QdxError } from '../../../lib/errors.ts';
import { inspectOnnx } from '../onnx/onnx-file.ts';

export interface ContentFacts {
  /** In the repository. */
  readonly path: string;
  readonly contentType: string;
  /** Null: the server did not say. */
  readonly expectedBytes: number | null;
  /** Hex; what the hub says the content hashes to. */
  readonly promisedSha256: string | null;
  /** Hex; what a lock or a card says. */
  readonly expectedSha256: string | null;
}

export interface ReceivedFacts extends ContentFacts {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** @throws QdxError `verification` saying what came instead, or what was expected and what was got. */
export async function refuseFakeContent(file: string, facts: ReceivedFacts): Promise<void> {
  const { path, sizeBytes, expectedBytes, sha256 } = facts;
  const start = await beginningOf(file);
  if (start.startsWith('version https://git-lfs.github.com/spec/'))
    refuse(
      path,
      'a Git LFS pointer came instead of the file',
      'the mirror does not serve large files; set HF_ENDPOINT to one that does',
    );
  if (facts.contentType.startsWith('text/html') || /^\s*<(!doctype html|html)/i.test(start))
    refuse(
      path,
      'an HTML page came instead of the file',
      'a login page of a network, proxy or mirror answers like this; log in, or set HF_ENDPOINT',
    );
  if (expectedBytes !== null && sizeBytes !== expectedBytes)
    refuse(path, `${sizeBytes} bytes came, ${expectedBytes} were announced`, 'Run the same command again.');
  for (const [expected, who] of [
    [facts.expectedSha256, 'locked before'],
    [facts.promisedSha256, 'announced by the hub'],
  ] as const)
    if (expected !== null && expected !== sha256)
      refuse(
        path,
        `its sha256 is ${sha256}, ${who} was ${expected}`,
        'if the change is known and wanted, download with --revision and accept the new hash',
      );
  await assertReadable(file, path);
}

/** A file that nobody promised a hash for must at least be what its name says. */
async function assertReadable(file: string, path: string): Promise<void> {
  if (path.endsWith('.onnx')) await inspectOnnx(file);
  if (!path.endsWith('.json')) return;
  try {
    JSON.parse(await readFile(file, 'utf8'));
  } catch {
    refuse(path, 'it is not JSON', 'Run the same command again; if it stays so, set HF_ENDPOINT to another mirror.');
  }
}

async function beginningOf(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(512), 0, 512, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

function refuse(path: string, why: string, hint: string): never {
  throw new QdxError('verification', `${path} was refused: ${why}`, { hint });
}
