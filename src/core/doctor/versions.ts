/**
 * qdx, Node, and the libraries with native code: there, and fit to be loaded.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { nodeVersion } from '../../lib/process-usage.ts';
import { compareVersions } from '../qdrant/connection/features.ts';
import { broken, type Found, ok, type Patient, warning } from './finding.ts';

const oldestNode = '20.19.0';
/** The oldest line that still gets fixes: Node 20 ended on 2026-04-30 (nodejs.org, release schedule). */
const oldestKeptNode = 22;

export async function versionFindings({ qdxVersion }: Patient): Promise<Found[]> {
  return [
    ok(`qdx ${qdxVersion}`),
    nodeFinding(nodeVersion.slice(1)),
    ...(await Promise.all(libraries.map(libraryFinding))),
  ];
}

function nodeFinding(version: string): Found {
  if (compareVersions(version, oldestNode) < 0)
    return broken(`Node ${version} is older than ${oldestNode}, which qdx needs`, 'install Node 22 or later');
  if (Number.parseInt(version, 10) < oldestKeptNode)
    return warning(`Node ${version} works, and gets no fixes any more`, `install Node ${oldestKeptNode} or later`);
  return ok(`Node ${version}`);
}

interface Library {
  readonly name: string;
  readonly purpose: string;
  readonly load: () => Promise<unknown>;
}

const libraries: readonly Library[] = [
  { name: 'onnxruntime-node', purpose: 'embedding', load: () => import('onnxruntime-node') },
  { name: 'web-tree-sitter', purpose: 'cutting code', load: () => import('web-tree-sitter') },
];

async function libraryFinding({ name, purpose, load }: Library): Promise<Found> {
  try {
    await load();
    return ok(`${name} ${versionOf(name)}, for ${purpose}`);
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0];
    return broken(`${name}, for ${purpose}, cannot be loaded: ${reason}`, 'npm install --global qdx, on this platform');
  }
}

/** Of the package that is installed. Some do not let their manifest be asked for: it is looked for above what they load. */
function versionOf(name: string): string {
  const file = createRequire(import.meta.url).resolve(name);
  const folder = file.slice(0, file.lastIndexOf(join('node_modules', name)) + join('node_modules', name).length);
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  return version;
}
