/**
 * Vectors that another file of the same space made (fp16 on a GPU, int8 here): a sample is embedded again on this machine
 * before the first of them is written.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { embeddedText, type TemplateFields } from '../../corpus/template.ts';
import type { Encoder } from '../../models/encoder.ts';
import type { CollectionCard } from '../collection/collection-card.ts';
import { assertParity, measureParity, type ParitySample } from '../collection/parity.ts';
import type { UploadSource } from './source.ts';

const sampleSize = 8;

/** @throws QdxError `refused`, naming the cosine seen. */
export async function checkVectors(
  source: UploadSource,
  card: CollectionCard,
  openEncoder: () => Promise<Encoder>,
  run: RunOptions,
): Promise<void> {
  run.onEvent?.({
    type: 'phase',
    name: 'checking',
    detail: `vectors of ${source.model.file} against ${card.model.name}`,
  });
  const samples = await firstSamples(source);
  const encoder = await openEncoder();
  try {
    const parity = await measureParity(encoder, samples, run);
    const floor = card.model.parityFloor;
    assertParity('the vectors to upload', { ...parity, floor }, card.model.name);
    const seen = `lowest cosine ${parity.lowest.toFixed(4)} of ${parity.compared} samples, floor ${floor}`;
    run.onEvent?.({ type: 'note', message: `${source.model.file} is of the same space as the collection: ${seen}` });
  } finally {
    await encoder.close();
  }
}

async function firstSamples(source: UploadSource): Promise<ParitySample[]> {
  const samples: ParitySample[] = [];
  for await (const record of source.records()) {
    if ('reason' in record || !record.vector) continue;
    const text = textOf(record.payload, source.chunking?.template);
    if (text !== null) samples.push({ id: String(record.id), text, vector: record.vector });
    if (samples.length >= sampleSize) break;
  }
  return samples;
}

/** Without a template (plain lines) the text is the content alone. */
function textOf(payload: Readonly<Record<string, unknown>>, template: string | undefined): string | null {
  const { content } = payload;
  if (typeof content !== 'string' || content === '') return null;
  return template === undefined ? content : embeddedText(payload as unknown as TemplateFields, template);
}
