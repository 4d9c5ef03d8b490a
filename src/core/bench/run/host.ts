/**
 * What a figure means nothing without: the machine, the versions, the server.
 */
import { availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';
import type { RunOptions } from '../../../lib/events.ts';
import { nodeVersion } from '../../../lib/process-usage.ts';
import { version } from '../../../version.ts';
import { cpuFlags } from '../../models/onnx/mapped-model.ts';
import { ortVersion } from '../../models/onnx/session.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { readTelemetry } from '../../qdrant/stats/telemetry.ts';

export interface HostFacts {
  readonly cpu: string;
  readonly cores: number;
  /** Those that decide how fast vectors are computed and compared. */
  readonly cpuFlags: readonly string[];
  readonly memoryBytes: number;
  /** Of the last minute, when the run began: above the number of cores, times are those of a busy machine. */
  readonly load: number;
  readonly system: string;
  readonly node: string;
  readonly onnxruntime: string;
  readonly qdx: string;
}

export interface ServerFacts {
  readonly url: string;
  readonly version: string;
  readonly cores: number | null;
  /** Of the whole server, all collections together. */
  readonly residentBytes: number | null;
}

const decisiveFlags = /^(avx2|avx512f|avx512_vnni|avx512_vpopcntdq|avx512_bf16|avx_vnni|amx_\w+|asimddp|i8mm|sve2?)$/;

export async function describeHost(): Promise<HostFacts> {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    cpuFlags: (await cpuFlags()).filter((flag) => decisiveFlags.test(flag)),
    memoryBytes: totalmem(),
    load: loadavg()[0] ?? 0,
    system: `${platform()} ${release()}`,
    node: nodeVersion,
    onnxruntime: await ortVersion(),
    qdx: version,
  };
}

export async function describeServer(connection: Connection, { signal }: RunOptions = {}): Promise<ServerFacts> {
  const [server, { cores, residentBytes }] = await Promise.all([
    connection.server(),
    readTelemetry(connection, signal),
  ]);
  return { url: connection.url, version: server.version, cores, residentBytes };
}
