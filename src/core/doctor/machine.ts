/**
 * The machine: a GPU that qdx could use, and room on the disks that it writes to.
 */
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { formatBytes } from '../../lib/quantities.ts';
import { deviceFacts } from '../models/onnx/devices.ts';
import { dataDirOf } from '../qdrant/local-server.ts';
import { broken, type Found, ok, type Patient, warning } from './finding.ts';

export async function gpuFindings({ settings }: Patient): Promise<Found[]> {
  const device = await settings().then(
    (resolved) => resolved.settings.embed.device,
    () => 'auto',
  );
  const { cudaObstacle, hasNvidiaGpu } = deviceFacts();
  const install = 'ONNXRUNTIME_NODE_INSTALL=true npm rebuild --ignore-scripts=false onnxruntime-node';
  if (device === 'cuda' && cudaObstacle !== null)
    return [broken(`the setting asks for cuda: ${cudaObstacle}`, install)];
  if (!hasNvidiaGpu) return [ok('no NVIDIA GPU: texts are embedded on the CPU')];
  if (cudaObstacle === null) return [ok('an NVIDIA GPU, and the CUDA provider of onnxruntime-node')];
  return [warning(`an NVIDIA GPU lies idle: ${cudaObstacle}`, install)];
}

/** Qdrant stops writing when its disk is nearly full; a gigabyte is what one optimisation may need. */
const littleBytes = 1e9;

export async function diskFindings({ settings, folders }: Patient): Promise<Found[]> {
  const dataDir = await settings().then(
    (resolved) => resolved.settings.connection.dataDir,
    () => undefined,
  );
  const places: [string, string][] = [
    ['cache', folders.cache],
    ['data', folders.data],
    ['local server', dataDirOf(dataDir, folders.data)],
  ];
  return Promise.all(places.map(([what, folder]) => roomIn(what, folder)));
}

async function roomIn(what: string, folder: string): Promise<Found> {
  const facts = await statfsAbove(folder);
  if (facts === null) return ok(`${what}: ${folder} is not there yet`);
  const freeBytes = Number(facts.bavail) * Number(facts.bsize);
  const text = `${what}: ${formatBytes(freeBytes)} free for ${folder}`;
  return freeBytes < littleBytes
    ? warning(text, 'qdx gc, or another folder with --data-dir or XDG_CACHE_HOME')
    : ok(text);
}

/** Of the folder, or of the nearest above it that exists. */
async function statfsAbove(folder: string): Promise<Awaited<ReturnType<typeof statfs>> | null> {
  const facts = await statfs(folder).catch(() => null);
  return facts ?? (dirname(folder) === folder ? null : statfsAbove(dirname(folder)));
}
