/**
 * Languages by file name: what goes into the payload's `language`, and which grammar cuts it.
 */

/** Grammars of @vscode/tree-sitter-wasm that stand for a file type, by their file's name. */
export const grammarNames = [
  'bash',
  'c-sharp',
  'cpp',
  'css',
  'go',
  'ini',
  'java',
  'javascript',
  'php',
  'powershell',
  'python',
  'ruby',
  'rust',
  'tsx',
  'typescript',
] as const;
export type GrammarName = (typeof grammarNames)[number];

export interface Language {
  readonly name: string;
  /** Absent: cut at blank lines. */
  readonly grammar?: GrammarName;
}

/** Language, grammar ('' for none), extensions. */
const table: readonly (readonly [name: string, grammar: GrammarName | '', extensions: string])[] = [
  ['bash', 'bash', 'sh bash zsh ksh bats'],
  ['csharp', 'c-sharp', 'cs csx'],
  ['c', 'cpp', 'c'],
  ['cpp', 'cpp', 'cpp cc cxx c++ h hh hpp hxx ipp inl cu cuh'],
  ['css', 'css', 'css'],
  ['go', 'go', 'go'],
  ['ini', 'ini', 'ini cfg conf properties editorconfig'],
  ['java', 'java', 'java'],
  ['javascript', 'javascript', 'js mjs cjs jsx'],
  ['php', 'php', 'php phtml'],
  ['powershell', 'powershell', 'ps1 psm1 psd1'],
  ['python', 'python', 'py pyi pyw'],
  ['ruby', 'ruby', 'rb rake gemspec ru'],
  ['rust', 'rust', 'rs'],
  ['typescript', 'typescript', 'ts mts cts'],
  ['tsx', 'tsx', 'tsx'],
  ['clojure', '', 'clj cljs cljc edn'],
  ['dart', '', 'dart'],
  ['elixir', '', 'ex exs'],
  ['erlang', '', 'erl hrl'],
  ['graphql', '', 'graphql gql'],
  ['haskell', '', 'hs'],
  ['html', '', 'html htm xhtml'],
  ['json', '', 'json json5 jsonc geojson'],
  ['julia', '', 'jl'],
  ['kotlin', '', 'kt kts'],
  ['less', '', 'less'],
  ['lua', '', 'lua'],
  ['nix', '', 'nix'],
  ['objective-c', '', 'm mm'],
  ['ocaml', '', 'ml mli'],
  ['perl', '', 'pl pm'],
  ['protobuf', '', 'proto'],
  ['r', '', 'r'],
  ['scala', '', 'scala sc'],
  ['scss', '', 'scss sass'],
  ['sql', '', 'sql'],
  ['svelte', '', 'svelte'],
  ['swift', '', 'swift'],
  ['terraform', '', 'tf hcl'],
  ['toml', '', 'toml'],
  ['vue', '', 'vue'],
  ['xml', '', 'xml xsd xsl svg'],
  ['yaml', '', 'yaml yml'],
  ['zig', '', 'zig'],
];

const byName = new Map<string, Language>([
  ['dockerfile', { name: 'dockerfile' }],
  ['makefile', { name: 'makefile' }],
  ['gnumakefile', { name: 'makefile' }],
  ['cmakelists.txt', { name: 'cmake' }],
  ['rakefile', { name: 'ruby', grammar: 'ruby' }],
  ['gemfile', { name: 'ruby', grammar: 'ruby' }],
  ['.bashrc', { name: 'bash', grammar: 'bash' }],
  ['.zshrc', { name: 'bash', grammar: 'bash' }],
  ['.profile', { name: 'bash', grammar: 'bash' }],
  ['.editorconfig', { name: 'ini', grammar: 'ini' }],
  ['.gitconfig', { name: 'ini', grammar: 'ini' }],
]);

const byExtension = new Map<string, Language>(
  table.flatMap(([name, grammar, extensions]) =>
    extensions.split(' ').map((extension) => [extension, grammar === '' ? { name } : { name, grammar }] as const),
  ),
);

const withGrammar = new Set(
  [...byName.values(), ...byExtension.values()].filter((one) => one.grammar).map((one) => one.name),
);

/** Whether files of this language are cut by their syntax. */
export const hasGrammar = (language: string): boolean => withGrammar.has(language);

/** The language of a file of source code or configuration; undefined for what is read as plain text. */
export function languageOf(fileName: string): Language | undefined {
  const name = fileName.toLowerCase();
  return byName.get(name) ?? byExtension.get(extensionOf(name));
}

/** Lower case, without the dot; empty for none. */
export function extensionOf(fileName: string): string {
  const dot = fileName.lastIndexOf('.');
  return dot <= 0 ? '' : fileName.slice(dot + 1).toLowerCase();
}
