/**
 * The text that was embedded for a stored point, rebuilt from its payload.
 */
import { embeddedText, type TemplateFields } from '../../corpus/template.ts';
import type { PayloadField } from '../../corpus/chunk.ts';
import type { CollectionCard } from './collection-card.ts';
import type { StoredPoint } from './points.ts';

/** Null for a point without text. */
export function storedText(
  { payload }: Pick<StoredPoint, 'payload'>,
  { chunking, payloadKeys }: Pick<CollectionCard, 'chunking' | 'payloadKeys'>,
): string | null {
  const field = (name: PayloadField): unknown => payload?.[payloadKeys?.[name] ?? name];
  const content = field('content');
  if (typeof content !== 'string' || content.trim() === '') return null;
  if (chunking === null) return content;
  const fields = {
    ...payload,
    content,
    source_path: field('source_path') ?? '',
    title: field('title'),
    heading_path: field('heading_path'),
    symbol_path: field('symbol_path'),
    language: field('language'),
  };
  const known = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  // Payloads of a collection with a card have the types that its template reads.
  return embeddedText(known as unknown as TemplateFields, chunking.template);
}
