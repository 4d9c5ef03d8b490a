/**
 * The block structure of Markdown as far as cutting needs it: headings, fenced code, paragraphs. A line scanner, not a
 * parser: it never fails, and every line lands in exactly one block. MDX adds nothing that it needs to know: imports,
 * exports and JSX are paragraphs.
 */
import { isBlank, rangesFrom } from '../chunking/paragraphs.ts';
import type { TextLines } from '../chunking/lines.ts';
import type { Block } from '../document.ts';
import { headingText } from './heading-text.ts';

interface Heading {
  /** 1 to 6. */
  readonly level: number;
  readonly text: string;
}

/** The first line of a block. */
interface Mark {
  readonly line: number;
  readonly heading?: Heading;
}

const atxHeading = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))??(?:[ \t]+#+)?[ \t]*$/;
const setextUnderline = /^ {0,3}(=+|-+)[ \t]*$/;
/** Lines that a row of dashes does not turn into a heading: lists, quotes, tables, HTML, indented code. */
const notHeadingText = /^(?:\s*(?:[-*+][ \t]|[>|<]|\d+[.)][ \t])| {4}|\t)/;
const openingFence = /^(?:[ \t]*(?:[-*+]|\d+[.)])[ \t]+)?[ \t]*(?:> ?)*[ \t]*(`{3,}(?=[^`]*$)|~{3,})/;
const closingFence = /^[ \t]*(?:> ?)*[ \t]*(`{3,}|~{3,})[ \t]*$/;

/** Blocks of the lines from `from` on, each with the headings above it. */
export function markdownBlocks(lines: TextLines, from: number): Block[] {
  const marks = blockMarks(lines, from);
  const ranges = rangesFrom([from, ...marks.slice(1).map((mark) => mark.line)], lines.count);
  let open: Heading[] = [];
  return ranges.map((range, index) => {
    const heading = marks[index]?.heading;
    if (heading !== undefined) open = [...open.filter((outer) => outer.level < heading.level), heading];
    return { ...range, path: open.map((outer) => outer.text).filter((text) => text !== '') };
  });
}

/** Where blocks begin: at headings, at fences and behind them, at paragraphs. */
function blockMarks(lines: TextLines, from: number): Mark[] {
  const marks: Mark[] = [];
  let paragraph: number | undefined;
  for (let line = from; line < lines.count;) {
    const text = lineText(lines, line);
    const heading = headingAt(text, paragraph, line, lines);
    const end = heading === undefined ? opaqueEnd(lines, line, text) : undefined;
    if (heading !== undefined) {
      // The paragraph above a setext underline was taken for a block of its own.
      if (heading.line < line) marks.pop();
      marks.push(heading);
    } else if (end !== undefined || (paragraph === undefined && text.trim() !== '')) {
      marks.push({ line });
    }
    const inParagraph = heading === undefined && end === undefined && text.trim() !== '';
    paragraph = inParagraph ? (paragraph ?? line) : undefined;
    line = end ?? line + 1;
  }
  return marks;
}

function headingAt(text: string, paragraph: number | undefined, line: number, lines: TextLines): Mark | undefined {
  const atx = atxHeading.exec(text);
  if (atx?.[1] !== undefined) return { line, heading: { level: atx[1].length, text: headingText(atx[2] ?? '') } };
  const underline = setextUnderline.exec(text)?.[1];
  if (underline === undefined || paragraph === undefined) return undefined;
  if (notHeadingText.test(lineText(lines, paragraph))) return undefined;
  const words = lines.slice(paragraph, line).replaceAll(/\s+/g, ' ');
  return { line: paragraph, heading: { level: underline.startsWith('=') ? 1 : 2, text: headingText(words) } };
}

/** Behind the last line of the fenced code or HTML comment that begins here; undefined where none does. */
function opaqueEnd(lines: TextLines, line: number, text: string): number | undefined {
  const fence = openingFence.exec(text)?.[1];
  if (fence !== undefined) return endWhere(lines, line + 1, (inner) => closes(inner, fence));
  if (!/^\s*<!--/.test(text)) return undefined;
  return endWhere(lines, line, (inner) => inner.includes('-->'));
}

function closes(text: string, fence: string): boolean {
  const closing = closingFence.exec(text)?.[1];
  return closing !== undefined && closing.startsWith(fence);
}

/** Behind the first line that passes, and the blank lines that follow it; the end of the text where none passes. */
function endWhere(lines: TextLines, from: number, passes: (text: string) => boolean): number {
  for (let line = from; line < lines.count; line += 1) {
    if (!passes(lineText(lines, line))) continue;
    let end = line + 1;
    while (end < lines.count && isBlank(lines, end)) end += 1;
    return end;
  }
  return lines.count;
}

function lineText(lines: TextLines, line: number): string {
  return lines.slice(line, line + 1).replace(/\r?\n$/, '');
}
