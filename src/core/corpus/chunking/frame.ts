/**
 * The frame of a chunk: its payload fields apart from content, and the tokens that they leave for content.
 */
import type { Tokenizer } from '../../models/tokenizer.ts';
import type { ChunkingSettings } from '../chunk.ts';
import type { Document } from '../document.ts';
import { embeddedText } from '../template.ts';

export interface FileIdentity {
  readonly source: string;
  /** Relative to the root, with `/`. */
  readonly sourcePath: string;
}

export interface FrameContext {
  readonly tokenizer: Pick<Tokenizer, 'count' | 'specialTokens'>;
  readonly chunking: ChunkingSettings;
  /** What the encoder puts before every document; counts towards the limit. */
  readonly documentPrefix: string;
}

export interface PayloadFrame {
  readonly fields: ReturnType<typeof frameFields>;
  /** Tokens that content may have: the size aimed at, or what path, title and headings leave of the limit. */
  readonly room: number;
}

/** Frames of a document by heading or symbol path, each made once. */
export function payloadFrames(
  document: Document,
  file: FileIdentity,
  context: FrameContext,
): (path: readonly string[]) => PayloadFrame {
  const { chunking, tokenizer } = context;
  const known = new Map<string, PayloadFrame>();
  const limit = chunking.maxTokens - tokenizer.specialTokens;
  const target = document.kind === 'code' ? chunking.codeTargetTokens : chunking.targetTokens;
  const used = (fields: PayloadFrame['fields']): number =>
    tokenizer.count(context.documentPrefix + embeddedText(fields, chunking.template));
  const fits = (fields: PayloadFrame['fields']): boolean => used(fields) <= limit / 2;
  const [title] = shortened(document.title === undefined ? [] : [document.title], ([shorter]) =>
    fits(frameFields(document, file, [], shorter)),
  );
  const make = (path: readonly string[]): PayloadFrame => {
    const names = shortened(path, (shorter) => fits(frameFields(document, file, shorter, title)));
    const fields = frameFields(document, file, names, title);
    return { fields, room: Math.min(target, limit - used(fields)) };
  };
  return (path) => {
    const key = path.join('\n');
    const frame = known.get(key) ?? make(path);
    known.set(key, frame);
    return frame;
  };
}

/** The path itself where it fits; else without its outer names; else the innermost name cut short. */
function shortened(path: readonly string[], fits: (path: readonly string[]) => boolean): readonly string[] {
  let names = path;
  while (names.length > 1 && !fits(names)) names = names.slice(1);
  while (names[0] !== undefined && !fits(names)) {
    const half = names[0].slice(0, names[0].length >> 1).replace(/[\ud800-\udbff]$/, '');
    names = half === '' ? [] : [half];
  }
  return names;
}

function frameFields(
  document: Document,
  { source, sourcePath }: FileIdentity,
  path: readonly string[],
  title: string | undefined,
) {
  const firstSlash = sourcePath.indexOf('/');
  return {
    ...document.fields,
    content: '',
    source,
    source_path: sourcePath,
    source_file: sourcePath.slice(sourcePath.lastIndexOf('/') + 1),
    subdirectory: firstSlash === -1 ? '' : sourcePath.slice(0, firstSlash),
    language: document.language,
    ...(path.length === 0 ? {} : { [document.kind === 'code' ? 'symbol_path' : 'heading_path']: path }),
    ...(title === undefined ? {} : { title }),
  };
}
