/**
 * A text that comes without a file, as a chunk: what a payload of qdx needs, and what the caller knows besides.
 */
import { sha256Hex } from '../../lib/hash.ts';
import { QdxError } from '../../lib/errors.ts';
import type { Chunk, ChunkPayload } from '../corpus/chunk.ts';
import { chunkId, parsePointId } from '../corpus/ids.ts';
import type { CollectionCard } from '../qdrant/collection/collection-card.ts';

export interface TextInput {
  readonly content: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** UUID or unsigned integer; absent: made of writer, path and content, so that the same text is the same point. */
  readonly id?: string | number;
  /** Becomes `source`: what no folder that is embedded is called, so that no run removes it as stale. */
  readonly writer: string;
}

const texts = ['source_path', 'source_file', 'subdirectory', 'title', 'language', 'source_id'] as const;
const lists = ['heading_path', 'symbol_path', 'symbols'] as const;
/** Made here; a caller who could set them could make a point that says of itself what is not so. */
const reserved = ['content', 'content_hash', 'source', 'chunker', 'captions', 'start_line', 'end_line'];

/** @throws QdxError `usage` for metadata that would not mean what it says, and for what is no id. */
export function textChunk(
  { content, metadata, id, writer }: TextInput,
  { tokenVectors, payloadKeys = {} }: Pick<CollectionCard, 'tokenVectors' | 'payloadKeys'>,
): Pick<Chunk, 'payload'> & { readonly id: string; readonly pointId: string | bigint } & Omit<Chunk, 'id' | 'payload'> {
  if (content.trim() === '')
    throw new QdxError('usage', 'the content is empty', { hint: 'say what to store in content' });
  const taken = [...reserved, ...Object.values(payloadKeys), ...(tokenVectors ? [tokenVectors.payloadKey] : [])];
  for (const key of taken)
    if (Object.hasOwn(metadata, key)) throw badMetadata(key, 'this collection keeps something else under it');
  for (const key of texts)
    if (typeof (metadata[key] ?? '') !== 'string') throw badMetadata(key, 'it is a text in every collection of qdx');
  for (const key of lists) if (!isTextList(metadata[key] ?? [])) throw badMetadata(key, 'it is a list of texts');
  const path = typeof metadata['source_path'] === 'string' ? metadata['source_path'] : '';
  const contentHash = sha256Hex(content);
  const payload: ChunkPayload = {
    source_path: path,
    source_file: path.slice(path.lastIndexOf('/') + 1),
    subdirectory: path.includes('/') ? path.slice(0, path.indexOf('/')) : '',
    language: 'text',
    ...metadata,
    content,
    source: writer,
    start_line: 0,
    end_line: 0,
    // Its text is no lines of a file, and the path says nothing of it that the model should read.
    chunker: 'record',
    content_hash: contentHash,
  };
  const own = chunkId({ source: writer, sourcePath: path, contentHash, occurrence: 0 });
  return { id: own, pointId: id === undefined ? own : parsePointId(id), text: content, tokenCount: 0, payload };
}

const isTextList = (value: unknown): boolean => Array.isArray(value) && value.every((part) => typeof part === 'string');

const badMetadata = (key: string, reason: string): QdxError =>
  new QdxError('usage', `metadata cannot have the key ${key} like this: ${reason}`, {
    hint: 'give it another name, or leave it out',
    details: { key },
  });
