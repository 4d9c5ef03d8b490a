/**
 * Before another file of a collection's space (fp16 on a GPU, int8 here), or an endpoint that may serve another model by now, adds to
 * it: a sample of the stored points is embedded again and compared.
 */
import { cosine, assertParity } from '../qdrant/collection/parity.ts';
import type { CollectionCard } from '../qdrant/collection/collection-card.ts';
import { scrollPoints } from '../qdrant/collection/points.ts';
import { storedText } from '../qdrant/collection/stored-text.ts';
import type { CollectionView } from './compare.ts';
import type { Embedder } from './embedder.ts';

const sampleSize = 8;

/** @throws QdxError `refused`, naming the cosine seen. An empty collection has nothing to compare with. */
export async function checkStored(
  view: CollectionView,
  card: CollectionCard,
  embedder: Pick<Embedder, 'embedAnew'>,
): Promise<void> {
  const { connection, physical, signal } = view;
  const cosines: { readonly id: string; readonly value: number }[] = [];
  let points = 0;
  const options = { withVector: [card.vectorName], pageSize: 4 * sampleSize, ...(signal && { signal }) };
  for await (const point of scrollPoints(connection, physical, options)) {
    if (++points > 4 * sampleSize || cosines.length >= sampleSize) break;
    const text = storedText(point, card);
    const vector = point.vectors?.[card.vectorName];
    if (text === null || !Array.isArray(vector)) continue;
    const { vector: own } = await embedder.embedAnew(text);
    cosines.push({ id: String(point.id), value: cosine(own, vector as readonly number[]) });
  }
  if (points === 0) return;
  const [lowest] = cosines.toSorted((a, b) => a.value - b.value);
  const parity = {
    compared: cosines.length,
    lowest: lowest?.value ?? 0,
    lowestId: lowest?.id ?? '',
    mean: cosines.reduce((sum, { value }) => sum + value, 0) / Math.max(1, cosines.length),
    floor: card.model.parityFloor,
  };
  assertParity(`the vectors in ${physical}`, parity, 'the file of this run');
}
