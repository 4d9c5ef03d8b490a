/**
 * Blocks of source code by its syntax tree: a definition with its comments and decorators is one block, whose parts are
 * the statements or members inside.
 */
import type { Node } from 'web-tree-sitter';
import { isBlank } from '../chunking/paragraphs.ts';
import type { TextLines } from '../chunking/lines.ts';
import type { Block } from '../document.ts';
import type { Definitions } from './definitions.ts';

interface Range {
  readonly start: number;
  readonly end: number;
}

interface Tree {
  readonly lines: TextLines;
  readonly definitions: Definitions;
}

/** Nodes that belong to what follows them. */
const leading = /comment|decorator|attribute_item|^attribute$|annotation$/;
/** Nodes that may stand on lines of their own before what they belong to: `template <typename T>`, modifiers. */
const prefix = /parameter|modifier|visibility|type/;
/** Below this depth of nesting a block is cut by lines, not by syntax. */
const maxDepth = 60;
/** How far a definition may lie inside of its statement: `export const f = () => …` is three levels. */
const maxWrapping = 4;

/** Blocks that cover all lines of the tree's text. */
export function syntaxBlocks(root: Node, lines: TextLines, definitions: Definitions): Block[] {
  return childBlocks(topList(root, definitions), { start: 0, end: lines.count }, [], { lines, definitions }, 0);
}

/** The node whose children are the statements of the file: PowerShell's root holds one list of them. */
function topList(root: Node, { scopes }: Definitions): Node {
  const [only, ...more] = root.namedChildren.filter((child) => !leading.test(child.type));
  return only !== undefined && more.length === 0 && !scopes.has(only.id) && /list|block$/.test(only.type) ? only : root;
}

function childBlocks(node: Node, range: Range, path: readonly string[], tree: Tree, depth: number): Block[] {
  const blocks: Block[] = [];
  let start = range.start;
  for (const child of node.namedChildren) {
    const last = Math.min(lastRow(child), range.end - 1);
    // What ends on a line that another block holds already belongs to that block.
    if (last < start || leading.test(child.type)) continue;
    const end = behindBlanks(last + 1, range.end, tree.lines);
    blocks.push(nodeBlock(child, { start, end }, path, tree, depth));
    start = end;
  }
  if (start < range.end) blocks.push({ start, end: range.end, path });
  return blocks;
}

function nodeBlock(node: Node, range: Range, path: readonly string[], tree: Tree, depth: number): Block {
  const scope = wrappedScope(node, tree.definitions);
  const inner = scope?.node ?? node;
  const innerPath = scope === undefined ? path : [...path, ...scope.steps];
  const isDivisible = range.end - range.start > 1 && depth < maxDepth && inner.namedChildCount > 0;
  return {
    ...range,
    path: innerPath,
    ...(isDivisible ? { parts: () => childBlocks(inner, range, innerPath, tree, depth + 1) } : {}),
  };
}

/** The definition that a statement is for: itself, or what it does nothing but wrap. */
function wrappedScope(
  node: Node,
  { scopes }: Definitions,
): { readonly node: Node; readonly steps: readonly string[] } | undefined {
  let at: Node | undefined = node;
  for (let level = 0; at !== undefined && level < maxWrapping; level += 1) {
    const steps = scopes.get(at.id);
    if (steps !== undefined) return { node: at, steps };
    at = wrapped(at);
  }
  return undefined;
}

/** The child that reaches to the end of a node and makes up most of it, with nothing of its own before it. */
function wrapped(node: Node): Node | undefined {
  const children = node.namedChildren.filter((child) => !leading.test(child.type));
  const inner = children.findLast((child) => child.endPosition.row >= node.endPosition.row);
  if (inner === undefined || rowCount(inner) * 2 < rowCount(node)) return undefined;
  const before = children.slice(0, children.indexOf(inner));
  const isAlone = before.every((child) => child.endPosition.row >= inner.startPosition.row || prefix.test(child.type));
  return isAlone ? inner : undefined;
}

function rowCount({ startPosition, endPosition }: Node): number {
  return endPosition.row - startPosition.row + 1;
}

/** A node that ends in column 0 holds nothing of that line. */
function lastRow({ startPosition, endPosition }: Node): number {
  const row = endPosition.column === 0 ? endPosition.row - 1 : endPosition.row;
  return Math.max(startPosition.row, row);
}

function behindBlanks(from: number, end: number, lines: TextLines): number {
  let line = from;
  while (line < end && isBlank(lines, line)) line += 1;
  return line;
}
