/**
 * Downloads one file of a repository: streamed, resumed, hashed on the way, and named only when it is whole and real.
 */
import { createHash, type Hash } from 'node:crypto';
import { makeFolder } from '../../../lib/make-folder.ts';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { type ContentFacts, refuseFakeContent } from './fake-content.ts';
import { askHub, type HubAnswer } from './hub-request.ts';
import type { HubRepository } from './hub-repository.ts';
import type { HubSettings } from './hub-settings.ts';

export interface FileDownload {
  readonly hub: HubSettings;
  readonly from: Pick<HubRepository, 'repository' | 'commit'>;
  readonly path: string;
  readonly target: string;
  /** Hex; from the lock or the card, where one knows it already. */
  readonly expectedSha256?: string | undefined;
}

export interface DownloadedFile {
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** What a half file is of; another answer of the hub makes it worthless. */
interface PartMark {
  /** Of the content, as the hub names it. */
  readonly etag: string;
  /** Of the host that serves the bytes, for If-Range. */
  readonly servedEtag: string;
}

/** @throws QdxError `verification` for content that is not what was promised; what `askHub` throws. */
export async function downloadFile(download: FileDownload, run: RunOptions = {}): Promise<DownloadedFile> {
  const { target, path } = download;
  makeFolder(dirname(target));
  const part = `${target}.part`;
  const answer = await request(download, await readMark(part), await sizeOf(part), run);
  const facts = factsOf(answer, download);
  const { hash, sizeBytes } = await receive({ answer, facts, part, path }, run);
  const sha256 = hash.digest('hex');
  try {
    await refuseFakeContent(part, { ...facts, sha256, sizeBytes });
  } catch (error) {
    await removePart(part);
    throw error;
  }
  await rename(part, target);
  await rm(`${part}.json`, { force: true });
  return { path, sha256, sizeBytes };
}

/** Asks for the rest of a half file, and for the whole where the host says that the half is of something else. */
async function request(
  download: FileDownload,
  mark: PartMark | null,
  haveBytes: number,
  run: RunOptions,
): Promise<HubAnswer> {
  const { hub, from, path } = download;
  const url = `${hub.endpoint.replace(/\/+$/, '')}/${from.repository}/resolve/${from.commit}/${path.split('/').map(encodeURIComponent).join('/')}`;
  const ask = (headers?: Record<string, string>): Promise<HubAnswer> =>
    askHub({ hub, url, what: `file ${path} of ${from.repository}`, signal: run.signal, ...(headers && { headers }) });
  if (mark === null || haveBytes === 0) return ask();
  const answer = await ask({ range: `bytes=${haveBytes}-`, 'if-range': mark.servedEtag });
  const { response, first } = answer;
  const fits = response.status === 206 && etagOf(first) === mark.etag && rangeStart(response) === haveBytes;
  if (fits || response.status === 200) return answer;
  await response.body?.cancel();
  return ask();
}

interface Reception {
  readonly answer: HubAnswer;
  readonly facts: ContentFacts;
  readonly part: string;
  readonly path: string;
}

async function receive(
  { answer, facts, part, path }: Reception,
  run: RunOptions,
): Promise<{ hash: Hash; sizeBytes: number }> {
  const { response, first } = answer;
  const resumes = response.status === 206;
  const hash = createHash('sha256');
  if (resumes) await pipeline(createReadStream(part), hash, { end: false });
  else await writeFile(part, '');
  const mark: PartMark = { etag: etagOf(first), servedEtag: response.headers.get('etag') ?? '' };
  await writeFile(`${part}.json`, JSON.stringify(mark));
  const file = await open(part, 'a');
  try {
    const sizeBytes = await append({ response, file, hash, startBytes: await sizeOf(part), facts, path }, run);
    await file.sync();
    return { hash, sizeBytes };
  } finally {
    await file.close();
  }
}

interface Appending {
  readonly response: Response;
  readonly file: FileHandle;
  readonly hash: Hash;
  readonly startBytes: number;
  readonly facts: ContentFacts;
  readonly path: string;
}

async function append({ response, file, hash, startBytes, facts, path }: Appending, run: RunOptions): Promise<number> {
  let done = startBytes;
  try {
    for await (const chunk of response.body ?? []) {
      await file.write(chunk);
      hash.update(chunk);
      done += chunk.length;
      const total = facts.expectedBytes;
      run.onEvent?.({
        type: 'progress',
        stage: `downloading ${path}`,
        done,
        ...(total !== null && { total }),
        unit: 'bytes',
      });
    }
  } catch (error) {
    if (run.signal?.aborted)
      throw new QdxError('interrupted', `stopped after ${done} bytes of ${path}; the next run goes on there`);
    throw new QdxError('temporary', `the connection broke after ${done} bytes of ${path}`, {
      hint: 'run the same command again; it goes on where it stopped',
      cause: error,
    });
  }
  return done;
}

function factsOf({ response, first }: HubAnswer, { path, from, expectedSha256 }: FileDownload): ContentFacts {
  const commit = first.headers.get('x-repo-commit');
  if (commit !== null && commit !== from.commit)
    throw new QdxError('verification', `${from.repository} answered with commit ${commit} instead of ${from.commit}`, {
      hint: 'run the command again; a mirror that does this twice cannot be trusted',
    });
  const served = Number(response.headers.get('content-length') ?? Number.NaN);
  const linked = first.headers.get('x-linked-size');
  const whole = response.status === 206 ? rangeTotal(response) : served;
  const expectedBytes = linked === null ? whole : Number(linked);
  return {
    path,
    contentType: response.headers.get('content-type') ?? '',
    expectedBytes: Number.isFinite(expectedBytes) ? expectedBytes : null,
    // The hub's etag of a large file is its sha256; of a small one it is a git hash, which says nothing here.
    promisedSha256: /^[0-9a-f]{64}$/.test(etagOf(first)) ? etagOf(first) : null,
    expectedSha256: expectedSha256 ?? null,
  };
}

const etagOf = ({ headers }: Response): string =>
  (headers.get('x-linked-etag') ?? headers.get('etag') ?? '').replace(/^W\/|"/g, '');

const rangeStart = (response: Response): number =>
  Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1] ?? -1);
const rangeTotal = (response: Response): number =>
  Number(/\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1] ?? Number.NaN);

const sizeOf = async (file: string): Promise<number> => (await stat(file).catch(() => null))?.size ?? 0;

async function readMark(part: string): Promise<PartMark | null> {
  const text = await readFile(`${part}.json`, 'utf8').catch(() => null);
  const { etag, servedEtag } = (text === null ? {} : parsedMark(text)) as Partial<PartMark>;
  return etag && servedEtag ? { etag, servedEtag } : null;
}

/** Torn by a crash: then the half file is of nothing that is known, and the download begins anew. */
function parsedMark(text: string): object {
  try {
    return (JSON.parse(text) as object | null) ?? {};
  } catch {
    return {};
  }
}

async function removePart(part: string): Promise<void> {
  await rm(part, { force: true });
  await rm(`${part}.json`, { force: true });
}
