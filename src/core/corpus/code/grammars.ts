/**
 * Tree-sitter grammars, each loaded once and only when a file needs it.
 */
import { createRequire } from 'node:module';
import path from 'node:path';
import { Language, Parser, Query } from 'web-tree-sitter';
import type { GrammarName } from '../languages.ts';
import { definitionQueries } from './queries.ts';

export interface Grammar {
  readonly parser: Parser;
  readonly definitions: Query;
}

const loaded = new Map<GrammarName, Promise<Grammar>>();
let runtime: Promise<void> | undefined;

export function loadGrammar(name: GrammarName): Promise<Grammar> {
  const known = loaded.get(name) ?? load(name);
  loaded.set(name, known);
  return known;
}

async function load(name: GrammarName): Promise<Grammar> {
  runtime ??= Parser.init();
  await runtime;
  const require = createRequire(import.meta.url);
  const folder = path.dirname(require.resolve('@vscode/tree-sitter-wasm/package.json'));
  const language = await Language.load(path.join(folder, 'wasm', `tree-sitter-${name}.wasm`));
  return {
    parser: new Parser().setLanguage(language),
    definitions: new Query(language, definitionQueries[name]),
  };
}
