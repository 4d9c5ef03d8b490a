/**
 * Source code in a language with a grammar: cut by its syntax tree.
 */
import type { Node } from 'web-tree-sitter';
import { textLines } from '../chunking/lines.ts';
import { paragraphBlocks } from '../chunking/paragraphs.ts';
import { findDefinitions } from '../code/definitions.ts';
import { loadGrammar } from '../code/grammars.ts';
import { syntaxBlocks } from '../code/syntax-blocks.ts';
import type { Document } from '../document.ts';
import { type Language, languageOf } from '../languages.ts';
import { readFileText } from './file-text.ts';
import type { CorpusReader } from './reader.ts';

export const codeReader: CorpusReader = {
  async *read(file, context) {
    const text = await readFileText(file, context);
    const language = languageOf(file.name);
    if (text !== undefined && language !== undefined) yield await codeDocument(text, language);
  },
};

/** Cut at blank lines where the language has no grammar or the text does not parse. `dispose` frees the syntax tree. */
export async function codeDocument(text: string, language: Language): Promise<Document> {
  const lines = textLines(text);
  const plain = { text, language: language.name, kind: 'code' } as const;
  if (language.grammar === undefined) return { ...plain, blocks: paragraphBlocks(lines) };
  const { parser, definitions: query } = await loadGrammar(language.grammar);
  const tree = parser.parse(text);
  if (tree === null) return { ...plain, blocks: paragraphBlocks(lines) };
  const root = tree.rootNode;
  const definitions = findDefinitions(root, query);
  const blocks = isMostlyErrors(root) ? paragraphBlocks(lines) : syntaxBlocks(root, lines, definitions);
  return { ...plain, blocks, definitions: definitions.names, dispose: () => tree.delete() };
}

/** Tree-sitter always gives a tree; of a text in another language most of it is errors. */
function isMostlyErrors(root: Node): boolean {
  if (root.isError) return true;
  if (!root.hasError) return false;
  const errors = root.namedChildren.filter((child) => child.isError);
  const length = errors.reduce((sum, node) => sum + node.endIndex - node.startIndex, 0);
  return length * 2 > root.endIndex - root.startIndex;
}
