/**
 * Front matter: the block of metadata between --- (YAML) or +++ (TOML) at the top of a Markdown file.
 */
import type { TextLines } from '../chunking/lines.ts';

export interface FrontMatter {
  /** 0-based line behind it; 0 where there is none. */
  readonly end: number;
  readonly title?: string;
}

/** A closing line further down than this closes something else. */
const maxLines = 200;

export function frontMatter(lines: TextLines): FrontMatter {
  const fence = lines.slice(0, 1).trimEnd();
  if (fence !== '---' && fence !== '+++') return { end: 0 };
  for (let line = 1; line < Math.min(lines.count, maxLines); line += 1) {
    if (lines.slice(line, line + 1).trimEnd() !== fence) continue;
    const title = titleOf(lines.slice(1, line));
    return title === undefined ? { end: line + 1 } : { end: line + 1, title };
  }
  return { end: 0 };
}

/** The `title` at the top level: plain, or in either kind of quotes. */
function titleOf(block: string): string | undefined {
  const value = /^title[ \t]*[:=][ \t]*(\S.*?)[ \t]*\r?$/m.exec(block)?.[1];
  if (value === undefined) return undefined;
  const quoted = /^(["'])(.*)\1$/.exec(value);
  const title = quoted === null ? value.replace(/\s+#.*$/, '') : unescaped(quoted[2] ?? '', quoted[1] ?? '');
  return title === '' || title === '|' || title === '>' ? undefined : title;
}

function unescaped(text: string, quote: string): string {
  return quote === "'" ? text.replaceAll("''", "'") : text.replace(/\\(["\\])/g, '$1');
}
