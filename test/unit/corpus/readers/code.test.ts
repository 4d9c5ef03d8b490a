/**
 * What each grammar defines, and how code is cut by it.
 */
import { describe, expect, test } from 'vitest';
import { grammarNames, languageOf } from '../../../../src/core/corpus/languages.ts';
import { codeDocument } from '../../../../src/core/corpus/readers/code.ts';
import type { Chunk } from '../../../../src/core/corpus/chunk.ts';
import { cut, settings } from '../support.ts';

async function chunksOf(fileName: string, text: string, more: Parameters<typeof settings>[1] = {}): Promise<Chunk[]> {
  const language = languageOf(fileName);
  if (language === undefined) throw new Error(`no language for ${fileName}`);
  return cut(await codeDocument(text, language), settings(256, { codeMinTokens: 1, ...more }), fileName);
}

const samples: Record<string, [source: string, symbols: string[], paths: string[]]> = {
  'a.js': [
    `const path = require('path');
import x from 'y';
export const limit = 3;
/** Adds. */
export function add(a, b) { const inner = 1; return a + b; }
class Client extends Base {
  #key = 1;
  async search(query) { return query; }
  get size() { return 1; }
}
Client.prototype.close = function () {};
module.exports = { Client, extra: 1 };
exports.helper = () => 1;
exports.add = add;
const arrow = async (a) => a;
export { add as plus };
export { other } from './other.js';
`,
    ['limit', 'add', 'Client', 'key', 'search', 'size', 'close', 'extra', 'helper', 'arrow', 'plus'],
    ['limit', 'add', 'Client', 'Client/close', 'helper', 'arrow'],
  ],
  'a.ts': [
    `export interface Options { limit: number; run(): void }
export type Name = string;
export enum Kind { A, B }
export abstract class Store<T> {
  private handler = (x: T) => x;
  abstract open(): void;
  static of<T>(x: T): Store<T> { return x as never; }
}
namespace Inner { export const deep = 1; }
export const frozen = { a: 1 } as const;
declare function native(a: string): void;
`,
    ['Options', 'run', 'Name', 'Kind', 'Store', 'handler', 'open', 'of', 'Inner', 'frozen', 'native'],
    ['Options', 'Name', 'Kind', 'Store', 'Inner', 'native'],
  ],
  'a.tsx': [
    `export const Button = ({ label }: Props) => <button>{label}</button>;
export function Page() { return <Button label="x" />; }
`,
    ['Button', 'Page'],
    ['Button', 'Page'],
  ],
  'a.py': [
    `import os
LIMIT = 10

@cached
def load(path):
    inner = 1
    def nested(): pass
    return path

class Model(Base):
    size: int = 3
    name = "x"
    async def run(self): pass
`,
    ['LIMIT', 'load', 'nested', 'Model', 'size', 'name', 'run'],
    ['load', 'Model'],
  ],
  'a.go': [
    `package main

const Limit = 3

var (
	first  = 1
	second = 2
)

type Client struct{ url string }

type Doer interface {
	Do(x int) error
}

// Get gets.
func (c *Client) Get(ctx context.Context) error { return nil }

func main() {}
`,
    ['Limit', 'first', 'second', 'Client', 'Doer', 'Do', 'Get', 'main'],
    ['Client', 'Doer', 'Client/Get', 'main'],
  ],
  'a.java': [
    `package x;
public class Client {
  static final int LIMIT = 3;
  public Client(String url) {}
  /** Searches. */
  public String search(String q) { return q; }
  enum Kind { A, B }
}
interface Doer { void run(); }
record Point(int x, int y) {}
`,
    ['Client', 'LIMIT', 'Client', 'search', 'Kind', 'A', 'B', 'Doer', 'run', 'Point'],
    ['Client', 'Doer', 'Point'],
  ],
  'a.cs': [
    `namespace X
{
  public class Client : Base
  {
    private const int Limit = 3;
    public string Url { get; set; }
    public Client(string url) {}
    public async Task<int> SearchAsync(string q) { return 1; }
  }
  public enum Kind { A, B }
  public record Point(int X);
}
`,
    ['X', 'Client', 'Limit', 'Url', 'Client', 'SearchAsync', 'Kind', 'A', 'B', 'Point'],
    ['X'],
  ],
  'a.cpp': [
    `#define LIMIT 3
namespace app {
class Client {
 public:
  int search(const std::string& q);
};
int Client::search(const std::string& q) { return 1; }
template <typename T> T* pick(T* x) { return x; }
struct Point { int x; };
enum class Kind { A, B };
}
static int counter = 0;
typedef unsigned int Size;
`,
    ['LIMIT', 'app', 'Client', 'search', 'search', 'pick', 'Point', 'Kind', 'counter', 'Size'],
    ['app'],
  ],
  'a.rs': [
    `const LIMIT: usize = 3;
#[derive(Debug)]
pub struct Client { url: String }
impl Client {
    pub fn search(&self) -> usize { 1 }
}
trait Doer { fn run(&self); }
enum Kind { A, B }
mod inner { pub fn deep() {} }
macro_rules! say { () => {} }
`,
    ['LIMIT', 'Client', 'search', 'Doer', 'run', 'Kind', 'A', 'B', 'inner', 'deep', 'say'],
    ['Client', 'Doer', 'Kind', 'inner', 'say'],
  ],
  'a.rb': [
    `module App
  LIMIT = 3
  class Client < Base
    def search(q)
      q
    end

    def self.open; end
  end
end
`,
    ['App', 'LIMIT', 'Client', 'search', 'open'],
    ['App'],
  ],
  'a.php': [
    `<?php
namespace App\\Http;
const LIMIT = 3;
class Client extends Base {
  private string $url = "";
  public function search(string $q): string { return $q; }
}
interface Doer { public function run(); }
function helper() {}
`,
    ['LIMIT', 'Client', 'url', 'search', 'Doer', 'run', 'helper'],
    ['App\\Http', 'Client', 'Doer', 'helper'],
  ],
  'a.sh': [
    `#!/bin/sh
LIMIT=3
export NAME=x
greet() {
  local inner=1
  echo hi
}
function leave { exit; }
`,
    ['LIMIT', 'NAME', 'greet', 'leave'],
    ['greet', 'leave'],
  ],
  'a.ps1': [
    `function Get-Thing { param($Name) $Name }
class Client {
  [string] Search([string] $q) { return $q }
}
`,
    ['Get-Thing', 'Client', 'Search'],
    ['Get-Thing', 'Client'],
  ],
  'a.css': [
    `.button { color: red; }
#main > .card:hover { color: blue; }
@keyframes spin { from { a: b } }
`,
    ['button', 'main', 'card', 'spin'],
    ['.button', '#main > .card:hover'],
  ],
  'a.ini': [
    `top=1
[server]
port=80
`,
    ['top', 'server', 'port'],
    ['server'],
  ],
};

test('every grammar has a sample', () => {
  const covered = Object.keys(samples).map((name) => languageOf(name)?.grammar);
  expect(new Set(covered)).toEqual(new Set(grammarNames));
});

describe.each(Object.entries(samples))('%s', (fileName, [source, symbols, paths]) => {
  test('defines', async () => {
    const language = languageOf(fileName);
    const document = await codeDocument(source, language ?? { name: '' });
    expect(document.definitions?.map((definition) => definition.name)).toEqual(symbols);
    for (const { name, offset } of document.definitions ?? []) {
      expect(source.slice(offset)).toContain(name);
    }
    document.dispose?.();
  });

  test('is cut at its definitions', async () => {
    const chunks = await chunksOf(fileName, source);
    const found = chunks.map((chunk) => (chunk.payload.symbol_path ?? []).join('/')).filter((path) => path !== '');
    expect([...new Set(found)]).toEqual(expect.arrayContaining(paths.filter((path) => path !== 'limit')));
    expect(chunks.map((chunk) => chunk.payload.content).join('')).toBe(source);
  });
});
