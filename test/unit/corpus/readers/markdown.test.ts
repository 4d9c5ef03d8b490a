import { describe, expect, test } from 'vitest';
import { markdownDocument } from '../../../../src/core/corpus/readers/markdown.ts';
import { textLines } from '../../../../src/core/corpus/chunking/lines.ts';
import { headingText } from '../../../../src/core/corpus/readers/heading-text.ts';
import { cut, settings } from '../support.ts';

/** `first line of the block @ heading path`, for every block. */
function outline(text: string): string[] {
  const lines = textLines(text);
  return markdownDocument(text).blocks.map(
    ({ start, path }) => `${lines.slice(start, start + 1).trim()} @ ${path.join('/')}`,
  );
}

describe('blocks', () => {
  test.each<[title: string, text: string, blocks: string[]]>([
    [
      'headings nest',
      '# A\na\n## B\nb\n### C\n## D\n',
      ['# A @ A', 'a @ A', '## B @ A/B', 'b @ A/B', '### C @ A/B/C', '## D @ A/D'],
    ],
    ['a level left out', '# A\n### C\n## B\n', ['# A @ A', '### C @ A/C', '## B @ A/B']],
    ['a second title', '# A\n# B\n', ['# A @ A', '# B @ B']],
    ['closing signs and spaces', '##  A  ##  \n', ['##  A  ## @ A']],
    ['seven signs are no heading', '####### A\n', ['####### A @ ']],
    ['a sign without a space is no heading', '#A\n', ['#A @ ']],
    ['four spaces make code', '    # A\n', ['# A @ ']],
    ['setext', 'A\n===\nb\n\nC\n---\n', ['A @ A', 'b @ A', 'C @ A/C']],
    ['setext over two lines', 'A\nB\n---\n', ['A @ A B']],
    ['dashes under a list are a rule', '- a\n---\n', ['- a @ ']],
    ['dashes under a table row are none', '| a |\n---\n', ['| a | @ ']],
    ['dashes behind a blank line are a rule', 'a\n\n---\n', ['a @ ', '--- @ ']],
    ['no heading inside of a fence', '```sh\n# no\n```\n# A\n', ['```sh @ ', '# A @ A']],
    ['a fence inside of a longer fence', '````md\n```\n# no\n```\n````\n# A\n', ['````md @ ', '# A @ A']],
    ['another kind of fence does not close', '~~~\n```\n# no\n~~~\n# A\n', ['~~~ @ ', '# A @ A']],
    ['a fence that never ends', '# A\n```\n# no\n', ['# A @ A', '``` @ A']],
    ['a fence in a list', '- a\n\n  ```js\n  # no\n  ```\n# A\n', ['- a @ ', '```js @ ', '# A @ A']],
    ['inline code is no fence', '```a``` b\n# A\n', ['```a``` b @ ', '# A @ A']],
    ['no heading inside of a comment', '<!--\n# no\n-->\n# A\n', ['<!-- @ ', '# A @ A']],
    ['a comment on one line', '<!-- x -->\n# A\n', ['<!-- x --> @ ', '# A @ A']],
    [
      'MDX imports and JSX are paragraphs',
      'import X from "x"\n\n# A\n\n<X a={1}>\n  text\n</X>\n',
      ['import X from "x" @ ', '# A @ A', '<X a={1}> @ A'],
    ],
    ['CRLF', '# A\r\n\r\ntext\r\n## B ##\r\n', ['# A @ A', 'text @ A', '## B ## @ A/B']],
    ['blank lines first', '\n\n# A\n', [' @ A']],
    ['an empty heading', '#\n## B\n', ['# @ ', '## B @ B']],
    ['front matter is a block', '---\ntitle: T\n---\n# A\n', ['--- @ ', '# A @ A']],
    ['nothing but front matter', '---\ntitle: T\n---\n', ['--- @ ']],
    ['a rule at the top is no front matter', '---\n\n# A\n', ['--- @ ', '# A @ A']],
  ])('%s', (_title, text, blocks) => {
    expect(outline(text)).toEqual(blocks);
  });
});

describe('title', () => {
  test.each<[title: string | undefined, text: string]>([
    ['First', '# First\n# Second\n'],
    ['Plain', '---\nother: x\ntitle: Plain # note\n---\n# First\n'],
    ['It is "so"', '---\ntitle: "It is \\"so\\""\n---\n'],
    ["It's", "---\ntitle: 'It''s'\r\n---\r\n"],
    ['Toml', '+++\ntitle = "Toml"\n+++\n'],
    ['First', '---\ntitle: \n---\n# First\n'],
    ['First', '---\nnested:\n  title: no\n---\n# First\n'],
    [undefined, 'no heading\n'],
  ])('%s of %j', (title, text) => {
    expect(markdownDocument(text).title).toBe(title);
  });
});

test.each<[markdown: string, text: string]>([
  ['`code` and **bold** and *slanted*', 'code and bold and slanted'],
  ['[link](https://x.y/z) ![image](a.png)', 'link image'],
  ['Name {#anchor}', 'Name'],
  ['<a id="x"></a>Name', 'Name'],
  ['snake_case_name * 2', 'snake_case_name * 2'],
  ['Map<string, number>', 'Map<string, number>'],
])('the heading %j says %j', (markdown, text) => {
  expect(headingText(markdown)).toBe(text);
});

describe('chunks', () => {
  const bySection = (text: string, maxTokens = 64) =>
    cut(markdownDocument(text), settings(maxTokens)).map(({ payload }) => [
      payload.content,
      payload.heading_path ?? [],
    ]);
  const words = (count: number): string => Array.from({ length: count }, (_, index) => `w${index}`).join(' ');

  test('a heading goes with its own text, not with what stands before it', () => {
    const [a, b] = [`# A\n\n${words(12)}\n\n`, `## B\n\n${words(12)}\n`];
    expect(bySection(a + b)).toEqual([
      [a, ['A']],
      [b, ['A', 'B']],
    ]);
  });

  test('a heading without text of its own leads into its first subsection', () => {
    const text = `# A\n\n## B\n\n### C\n\n${words(14)}\n`;
    expect(bySection(text)).toEqual([[text, ['A', 'B', 'C']]]);
  });

  test('a short section joins its neighbour under what both share', () => {
    const text = '# A\n\n## B\n\none\n\n## C\n\ntwo\n';
    expect(bySection(text)).toEqual([[text, ['A']]]);
  });

  test('a code fence stays whole where it fits', () => {
    const fence = `\`\`\`js\n${'const x = 1;\n'.repeat(5)}\n${'const y = 2;\n'.repeat(4)}\`\`\`\n`;
    const chunks = bySection(`# A\n\n${words(16)}\n\n${fence}`);
    expect(chunks.map(([content]) => content)).toContain(fence);
  });
});
