/**
 * A small server that behaves like the model hub: the API of a repository, `resolve` with a redirect of large files to
 * another host (another port here), etags, ranges. Faults are switched on by the test.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

interface HubFaults {
  /** Answers every request with this status. */
  status?: number;
  /** Serves this instead of the content of a path. */
  instead?: Record<string, { readonly body: string; readonly contentType: string }>;
  /** Closes the connection after so many bytes of a large file, once for each number. */
  readonly breakAfterBytes?: number[];
  /** Answers `resolve` with the header of another commit. */
  commitHeader?: string;
  /** Ignores Range, as some mirrors do. */
  ignoresRange?: boolean;
  /** Redirects large files there instead of to the second host. */
  redirectTo?: string;
}

interface SeenRequest {
  readonly host: 'hub' | 'cdn';
  readonly url: string;
  readonly authorization: string | undefined;
  readonly range: string | undefined;
}

export interface HubRepositoryFiles {
  commit: string;
  readonly files: Record<string, Buffer>;
}

export interface HubServer {
  readonly endpoint: string;
  readonly cdn: string;
  readonly faults: HubFaults;
  readonly seen: SeenRequest[];
  readonly repositories: Record<string, HubRepositoryFiles>;
  stop(): Promise<void>;
}

/** Files that the hub keeps in its large-file store; others it serves itself. */
const isLarge = (path: string): boolean => /\.(onnx|onnx_data|bin)$/.test(path);

const sha256 = (data: Buffer): string => createHash('sha256').update(data).digest('hex');

export async function startHubServer(repositories: Record<string, HubRepositoryFiles>): Promise<HubServer> {
  const faults: HubFaults = { breakAfterBytes: [] };
  const seen: SeenRequest[] = [];
  const cdnServer = createServer((request, response) => {
    note('cdn', request);
    const [, digest = ''] = (request.url ?? '').split('/');
    const content = Object.values(repositories)
      .flatMap(({ files }) => Object.values(files))
      .find((data) => sha256(data) === digest);
    if (content) sendContent(request, response, content, faults);
    else response.writeHead(404).end();
  });
  const cdn = await listen(cdnServer);
  const hubServer = createServer((request, response) => {
    note('hub', request);
    if (faults.status !== undefined) response.writeHead(faults.status).end('no');
    else answerAsHub(request, response, { repositories, faults, cdn });
  });
  const endpoint = await listen(hubServer);

  function note(host: SeenRequest['host'], { url = '', headers }: IncomingMessage): void {
    seen.push({ host, url, authorization: headers.authorization, range: headers.range });
  }
  const stop = async (server: Server): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return {
    endpoint,
    cdn,
    faults,
    seen,
    repositories,
    stop: async () => {
      await Promise.all([stop(hubServer), stop(cdnServer)]);
    },
  };
}

interface HubState {
  readonly repositories: Record<string, HubRepositoryFiles>;
  readonly faults: HubFaults;
  readonly cdn: string;
}

function answerAsHub(request: IncomingMessage, response: ServerResponse, state: HubState): void {
  const url = decodeURIComponent(request.url ?? '');
  const [, ofApi, revision] = /^\/api\/models\/([^/]+\/[^/]+)\/revision\/(.+)$/.exec(url) ?? [];
  const [, ofFile, path] = /^\/([^/]+\/[^/]+)\/resolve\/[^/]+\/(.+)$/.exec(url) ?? [];
  const repository = state.repositories[ofApi ?? ofFile ?? ''];
  if (repository && revision !== undefined) answerApi(response, repository, revision);
  else if (repository && path !== undefined) answerFile(request, response, { ...state, repository, path });
  else response.writeHead(404).end();
}

function answerApi(response: ServerResponse, { commit, files }: HubRepositoryFiles, revision: string): void {
  if (revision !== 'main' && revision !== commit) return void response.writeHead(404).end();
  const siblings = Object.keys(files).map((rfilename) => ({ rfilename }));
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ sha: commit, siblings }));
}

interface FileRequest extends HubState {
  readonly repository: HubRepositoryFiles;
  readonly path: string;
}

function answerFile(
  request: IncomingMessage,
  response: ServerResponse,
  { repository, path, faults, cdn }: FileRequest,
): void {
  const content = repository.files[path];
  const fault = faults.instead?.[path];
  if (fault) return void response.writeHead(200, { 'content-type': fault.contentType }).end(fault.body);
  if (!content) return void response.writeHead(404).end();
  response.setHeader('x-repo-commit', faults.commitHeader ?? repository.commit);
  if (!isLarge(path)) return sendContent(request, response, content, {});
  const location = faults.redirectTo ?? `${cdn}/${sha256(content)}`;
  response.writeHead(302, { location, 'x-linked-etag': `"${sha256(content)}"`, 'x-linked-size': content.length }).end();
}

function sendContent(request: IncomingMessage, response: ServerResponse, content: Buffer, faults: HubFaults): void {
  const etag = `"${createHash('sha1').update(content).digest('hex')}"`;
  const asked = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? Number.NaN);
  const isPart = Number.isFinite(asked) && !faults.ignoresRange && request.headers['if-range'] === etag;
  const body = isPart ? content.subarray(asked) : content;
  response.writeHead(isPart ? 206 : 200, {
    etag,
    'content-type': 'application/octet-stream',
    'content-length': body.length,
    ...(isPart && { 'content-range': `bytes ${asked}-${content.length - 1}/${content.length}` }),
  });
  const limit = faults.breakAfterBytes?.shift();
  if (limit === undefined) return void response.end(body);
  response.write(body.subarray(0, limit), () => setTimeout(() => response.destroy(), 50));
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
