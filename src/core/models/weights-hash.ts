/**
 * What the weights of a model are, for names of what is made from them. The hash of the ONNX file alone does not say it: a
 * model with external data keeps its weights in files beside a graph that stays the same when it is trained anew.
 */
import { join } from 'node:path';
import { sha256Hex } from '../../lib/hash.ts';
import type { EndpointModel } from './found-model.ts';
import type { FoundModel } from './found-model.ts';

type Weights = Pick<FoundModel, 'card' | 'origin' | 'modelFile' | 'lockedFiles'>;

/**
 * sha256 over the graph's hash and those of its other files, of an endpoint over its address and name; null for a model whose
 * hash is not known.
 */
export async function weightsHash(model: Weights | EndpointModel): Promise<string | null> {
  if (model.origin === 'endpoint') return (await import('./endpoint/endpoint-model.ts')).endpointIdentity(model);
  const { sha256 } = model.card;
  if (sha256 === null) return null;
  const files = Object.entries(model.origin === 'folder' ? await externalHashes(model) : model.lockedFiles);
  if (files.length === 0) return sha256;
  return sha256Hex(JSON.stringify([sha256, files.toSorted(([a], [b]) => (a < b ? -1 : 1))]));
}

/** Of a folder nothing is locked: its files may have changed since the last run, so that they are read. */
async function externalHashes({ modelFile }: Weights): Promise<Record<string, string>> {
  const [{ inspectOnnx }, { sha256OfFile }, { assertSafeExternalData }] = await Promise.all([
    import('./onnx/onnx-file.ts'),
    import('./check-files.ts'),
    import('./onnx/external-data.ts'),
  ]);
  await assertSafeExternalData(modelFile);
  const { externalData } = await inspectOnnx(modelFile);
  const hashes: Record<string, string> = {};
  for (const location of new Set(externalData.map((data) => data.location)))
    hashes[location] = await sha256OfFile(join(modelFile, '..', location));
  return hashes;
}
