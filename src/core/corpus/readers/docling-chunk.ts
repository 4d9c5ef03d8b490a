/**
 * Chunks that docling's own chunkers wrote (`DocChunk` as JSON lines): embedded as docling's `contextualize` joins them.
 */
import { z } from 'zod';
import type { Document } from '../document.ts';
import { recordDocument } from './record-document.ts';

const metaName = 'docling_core.transforms.chunker.DocMeta';

/** Only what is used; `origin.binary_hash` is a u64 and comes as a bigint. */
const docChunk = z.object({
  text: z.string(),
  meta: z.object({
    schema_name: z.literal(metaName),
    version: z.string(),
    headings: z.array(z.string()).nullish(),
    captions: z.array(z.string()).nullish(),
    origin: z.record(z.string(), z.unknown()).nullish(),
    doc_items: z
      .array(z.looseObject({ self_ref: z.string().optional(), prov: z.array(z.unknown()).nullish() }))
      .nullish(),
  }),
});

/** Chunks of the next major version may mean other things. */
const majorVersion = '1';

export function isDoclingChunk(record: Readonly<Record<string, unknown>>): boolean {
  const { meta } = record;
  return typeof meta === 'object' && meta !== null && 'schema_name' in meta && meta.schema_name === metaName;
}

/** A document, or why there is none. */
export function doclingChunkDocument(record: unknown, line: number): Document | string {
  const parsed = docChunk.safeParse(record);
  if (!parsed.success) return `no docling chunk: ${z.prettifyError(parsed.error).split('\n')[0] ?? ''}`;
  const { text, meta } = parsed.data;
  if (meta.version.split('.')[0] !== majorVersion)
    return `docling chunk of version ${meta.version}, known is ${majorVersion}.x`;
  if (text.trim() === '') return 'a docling chunk without text';
  const path = meta.headings ?? [];
  const refs = (meta.doc_items ?? []).flatMap((item) => item.self_ref ?? []);
  const document = recordDocument({
    text,
    language: 'docling',
    chunker: 'docling',
    lines: { start: line, end: line },
    fields: {
      ...(meta.captions?.length ? { captions: meta.captions } : {}),
      ...(meta.origin ? { origin: meta.origin } : {}),
      ...(refs.length > 0 ? { doc_items: refs } : {}),
    },
  });
  return { ...document, blocks: document.blocks.map((block) => ({ ...block, path })) };
}
