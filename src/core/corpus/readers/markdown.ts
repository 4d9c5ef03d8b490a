/**
 * Markdown and MDX: cut at headings, code fences kept whole where they fit.
 */
import { textLines } from '../chunking/lines.ts';
import type { Block, Document } from '../document.ts';
import { readFileText } from './file-text.ts';
import { frontMatter } from './front-matter.ts';
import { markdownBlocks } from './markdown-blocks.ts';
import type { CorpusReader } from './reader.ts';

export const markdownReader: CorpusReader = {
  async *read(file, context) {
    const text = await readFileText(file, context);
    if (text !== undefined) yield markdownDocument(text);
  },
};

export function markdownDocument(text: string): Document {
  const lines = textLines(text);
  const front = frontMatter(lines);
  const body = front.end < lines.count ? markdownBlocks(lines, front.end) : [];
  const head: Block[] = front.end === 0 ? [] : [{ start: 0, end: front.end, path: [] }];
  const title = front.title ?? body.find((block) => block.path.length > 0)?.path[0];
  return {
    text,
    blocks: [...head, ...body],
    language: 'markdown',
    kind: 'prose',
    ...(title === undefined ? {} : { title }),
  };
}
