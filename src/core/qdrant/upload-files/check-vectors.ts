/**
 * Before the first vector is written, a sample of the texts is embedded again on this machine: are the vectors those that their
 * model gives? And where another file of the same space made them (fp16 on a GPU, int8 here): are they near enough?
 */
import { isQdxError, QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { isEndpointName } from '../../models/endpoint/endpoint-model.ts';
import { embeddedText, type TemplateFields } from '../../corpus/template.ts';
import type { Encoder } from '../../models/encoder.ts';
import type { CollectionCard } from '../collection/collection-card.ts';
import { assertParity, measureParity, type Parity, type ParitySample } from '../collection/parity.ts';
import type { UploadSource } from './source.ts';

const sampleSize = 8;

/**
 * Vectors of plain lines may be of other text than the content (a title before it, a summary). Means of eight cosines over the
 * demo corpus with the built-in model: the content against the vector of its chunk under the default template 0.82 to 1.00,
 * against the vector of another chunk of the same corpus 0.05 to 0.23.
 */
const unrelatedBelow = 0.35;

/**
 * The vectors of the input against its own texts, with the model that is said to have made them. A vectors file says what text
 * was embedded: the floor of the model's card holds. Plain lines do not: refused is what has nothing to do with its text. What
 * cannot be compared is told as not checked.
 * @throws QdxError `refused`, naming the cosine seen.
 */
export async function checkAgainstTexts(
  source: UploadSource,
  openEncoder: () => Promise<Encoder>,
  run: RunOptions,
): Promise<void> {
  const { name } = source.model;
  const notChecked = (why: string) =>
    run.onEvent?.({ type: 'note', message: `whether the vectors are ${name}'s was not checked: ${why}` });
  // A service would be sent texts, and be paid.
  if (isEndpointName(name)) return notChecked('it is asked over HTTP');
  const samples = await firstSamples(source);
  if (samples.length === 0) return notChecked('no record says what its text was');
  const encoder = await openEncoder().catch((error: unknown) => {
    if (isQdxError(error) && (error.kind === 'notFound' || error.kind === 'usage')) return error;
    throw error;
  });
  if (encoder instanceof Error) return notChecked(encoder.message);
  try {
    run.onEvent?.({ type: 'phase', name: 'checking', detail: `vectors of ${samples.length} texts with ${name}` });
    const parity = await measureParity(encoder, samples, run);
    if (source.runId !== null) assertParity('the vectors to upload', parity, name);
    else assertRelated(parity, name, run);
  } finally {
    await encoder.close();
  }
}

function assertRelated({ mean, lowest, compared, floor }: Parity, name: string, run: RunOptions): void {
  const seen = `cosine of ${compared} samples: mean ${mean.toFixed(4)}, lowest ${lowest.toFixed(4)}`;
  if (mean < unrelatedBelow)
    throw new QdxError(
      'refused',
      `the vectors to upload have nothing to do with their texts as ${name} reads them: ${seen}`,
      {
        hint: 'name the model that made them with --model; --no-check-vectors takes them as they are',
        details: { mean, lowest, compared },
      },
    );
  if (lowest < floor)
    run.onEvent?.({
      type: 'note',
      message: `${name} was given other text than "content" alone for these vectors (${seen})`,
    });
}

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

/** Without a template (plain lines) the text is the content alone. Null: the payload does not say what the text was. */
function textOf(payload: Readonly<Record<string, unknown>>, template: string | undefined): string | null {
  const { content } = payload;
  if (typeof content !== 'string' || content === '') return null;
  if (template === undefined) return content;
  return typeof payload['source_path'] === 'string'
    ? embeddedText(payload as unknown as TemplateFields, template)
    : null;
}
