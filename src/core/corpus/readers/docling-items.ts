/**
 * The items of a DoclingDocument in reading order, as text.
 */
import { z } from 'zod';
import { doclingTable, tableData } from './docling-table.ts';

const ref = z.object({ $ref: z.string() });

/** What any node of the document may have; only what is used. */
const docNode = z.looseObject({
  self_ref: z.string(),
  children: z.array(ref).default([]),
  content_layer: z.string().default('body'),
  label: z.string(),
  text: z.string().optional(),
  orig: z.string().optional(),
  level: z.number().optional(),
  marker: z.string().nullish(),
  enumerated: z.boolean().optional(),
  code_language: z.string().nullish(),
  captions: z.array(ref).default([]),
  annotations: z.array(z.looseObject({ text: z.string().optional() })).nullish(),
  meta: z.looseObject({ description: z.looseObject({ text: z.string().optional() }).nullish() }).nullish(),
  data: tableData.optional().catch(undefined),
});
type DocNode = z.infer<typeof docNode>;

/** One item; headings carry the level that they open (0: the title). */
export interface DocItem {
  readonly text: string;
  readonly heading?: { readonly level: number; readonly text: string };
  readonly isListItem: boolean;
}

/** Deeper nesting is taken for a cycle. */
const maxDepth = 100;

/** Items of the body: page headers and footers, notes and what is inside of pictures are left out. */
export function* doclingItems(document: Readonly<Record<string, unknown>>): Generator<DocItem> {
  const resolve = nodeResolver(document);
  const body = docNode.safeParse(document['body']);
  if (body.success) yield* childItems(body.data, { resolve, seen: new Set() }, { depth: 0, lists: 0 });
}

type Resolve = (reference: string) => DocNode | undefined;

interface Walk {
  readonly resolve: Resolve;
  /** References given already: a cycle ends, a caption is not repeated. */
  readonly seen: Set<string>;
}

interface Level {
  readonly depth: number;
  /** Lists around. */
  readonly lists: number;
}

/** `#/texts/3` → the node. */
function nodeResolver(document: Readonly<Record<string, unknown>>): Resolve {
  return (reference) => {
    const [, list, index] = /^#\/(\w+)\/(\d+)$/.exec(reference) ?? [];
    const nodes = list === undefined || !Object.hasOwn(document, list) ? undefined : document[list];
    const node = Array.isArray(nodes) ? (nodes[Number(index)] as unknown) : undefined;
    return docNode.safeParse(node).data;
  };
}

function* childItems(node: DocNode, walk: Walk, level: Level): Generator<DocItem> {
  if (level.depth > maxDepth) return;
  const { resolve, seen } = walk;
  const inside = { depth: level.depth + 1, lists: level.lists + (node.label.endsWith('list') ? 1 : 0) };
  for (const { $ref } of node.children) {
    const child = resolve($ref);
    if (child === undefined || seen.has($ref) || child.content_layer !== 'body') continue;
    seen.add($ref);
    yield* nodeItems(child, walk, inside);
  }
}

function* nodeItems(node: DocNode, walk: Walk, level: Level): Generator<DocItem> {
  const { resolve, seen } = walk;
  if (node.label === 'inline') {
    const text = inlineText(node, walk);
    if (text !== '') yield { text, isListItem: false };
    return;
  }
  const captions = node.captions.map(({ $ref }) => $ref);
  captions.forEach((caption) => seen.add(caption));
  const caption = captions.map((reference) => resolve(reference)?.text ?? '').filter((text) => text !== '');
  const item = itemOf(node, caption.join('\n'), () => firstInline(node, walk), level.lists);
  if (item.text.trim() !== '') yield item;
  if (node.label !== 'picture' && node.label !== 'table') yield* childItems(node, walk, level);
}

type Renderer = (node: DocNode, text: string, caption: string) => string;

/** Labels whose text is not simply the text. */
const renderers: Readonly<Record<string, Renderer>> = {
  code: (node, text, caption) => withCaption(caption, `\`\`\`${language(node)}\n${text || node.orig || ''}\n\`\`\``),
  formula: (node, text) => (text || node.orig ? `$$${text || node.orig}$$` : ''),
  checkbox_selected: (_node, text) => `[x] ${text}`,
  checkbox_unselected: (_node, text) => `[ ] ${text}`,
  table: (node, _text, caption) => withCaption(caption, node.data === undefined ? '' : doclingTable(node.data)),
  document_index: (node, _text, caption) =>
    withCaption(caption, node.data === undefined ? '' : doclingTable(node.data)),
  picture: (node, _text, caption) => withCaption(caption, description(node)),
};

function itemOf(node: DocNode, caption: string, inline: () => string, lists: number): DocItem {
  const { label, text = '' } = node;
  if (label === 'title') return headingItem(text || inline(), 0);
  if (label === 'section_header') return headingItem(text || inline(), node.level ?? 1);
  if (label === 'list_item') return { text: listItem(node, text || inline(), lists), isListItem: true };
  const renderer = Object.hasOwn(renderers, label) ? renderers[label] : undefined;
  return { text: renderer?.(node, text, caption) ?? text, isListItem: false };
}

function headingItem(text: string, level: number): DocItem {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  const marks = '#'.repeat(Math.min(6, level + 1));
  return { text: line === '' ? '' : `${marks} ${line}`, heading: { level, text: line }, isListItem: false };
}

function listItem(node: DocNode, text: string, lists: number): string {
  if (text === '') return '';
  const marker = node.marker || (node.enumerated ? '1.' : '-');
  return `${'  '.repeat(Math.max(0, Math.min(lists - 1, 8)))}${marker} ${text}`;
}

/** Runs of text with different formats, which make up one paragraph. */
function inlineText(node: DocNode, { resolve, seen }: Walk): string {
  const runs = node.children.map(({ $ref }) => {
    seen.add($ref);
    const run = resolve($ref);
    if (run?.content_layer !== 'body') return '';
    if (run.label === 'code') return `\`${run.text ?? ''}\``;
    return run.label === 'formula' ? `$${run.text || run.orig || ''}$` : (run.text ?? '');
  });
  return runs.filter((run) => run !== '').join(' ');
}

/** The text of a list item or heading whose words lie in an inline group below it. */
function firstInline(node: DocNode, walk: Walk): string {
  const { resolve, seen } = walk;
  for (const { $ref } of node.children) {
    const child = resolve($ref);
    if (child?.label !== 'inline' || seen.has($ref)) continue;
    seen.add($ref);
    return inlineText(child, walk);
  }
  return '';
}

function description({ annotations, meta }: DocNode): string {
  const texts = [meta?.description?.text, ...(annotations ?? []).map((annotation) => annotation.text)];
  return [...new Set(texts.filter((text) => text !== undefined && text !== ''))].join('\n');
}

function language({ code_language: name }: DocNode): string {
  return name === undefined || name === null || name === 'unknown' ? '' : name.toLowerCase();
}

function withCaption(caption: string, text: string): string {
  return [caption, text].filter((part) => part !== '').join('\n');
}
