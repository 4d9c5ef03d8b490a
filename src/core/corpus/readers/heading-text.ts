/**
 * What a heading says, without its markup.
 */

/** Longest heading kept in a path, in characters. */
const maxChars = 200;

export function headingText(markdown: string): string {
  return (
    markdown
      .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replaceAll(/!?\[([^\]]*)\]\[[^\]]*\]/g, '$1')
      // Tags, but not the type parameters of `Map<string, number>`.
      .replaceAll(/<\/[a-zA-Z][^>]*>|(?<!\w)<[a-zA-Z][^>]*>/g, '')
      .replace(/\s*\{#[^}]*\}\s*$/, '')
      .replaceAll(/(\*\*|__)(?=\S)(.*?\S)\1/g, '$2')
      .replaceAll(/(?<![\w*])\*(?=\S)([^*]*?\S)\*(?![\w*])/g, '$1')
      .replaceAll('`', '')
      .replaceAll(/\s+/g, ' ')
      .trim()
      .slice(0, maxChars)
      .replace(/[\ud800-\udbff]$/, '')
  );
}
