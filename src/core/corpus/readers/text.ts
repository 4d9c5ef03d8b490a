/**
 * Plain text, and source in languages without a grammar: cut at blank lines.
 */
import { paragraphBlocks } from '../chunking/paragraphs.ts';
import { textLines } from '../chunking/lines.ts';
import type { Document } from '../document.ts';
import { languageOf } from '../languages.ts';
import { readFileText } from './file-text.ts';
import type { CorpusReader } from './reader.ts';

export const textReader: CorpusReader = {
  async *read(file, context) {
    const text = await readFileText(file, context);
    if (text !== undefined) yield textDocument(text, file.name);
  },
};

export function textDocument(text: string, fileName: string): Document {
  const language = languageOf(fileName);
  return {
    text,
    blocks: paragraphBlocks(textLines(text)),
    language: language?.name ?? 'text',
    kind: language === undefined ? 'prose' : 'code',
  };
}
