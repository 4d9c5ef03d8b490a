/**
 * What a syntax tree defines: scopes with their steps in the symbol path, and names with their offsets.
 */
import type { Node, Query, QueryCapture } from 'web-tree-sitter';
import type { Definition } from '../document.ts';

export interface Definitions {
  /** Steps that a scope adds to the symbol path, by the id of its node. */
  readonly scopes: ReadonlyMap<number, readonly string[]>;
  /** In the order of the text. */
  readonly names: readonly Definition[];
}

/** Parts of a dotted name that name nothing themselves. */
const silent = new Set(['module', 'exports', 'prototype', 'this', 'self', 'window', 'globalThis']);

export function findDefinitions(root: Node, query: Query): Definitions {
  const scopes = new Map<number, readonly string[]>();
  const names = new Map<number, string>();
  for (const { captures } of query.matches(root)) {
    const scope = capture(captures, 'scope');
    const name = capture(captures, 'name') ?? capture(captures, 'constant');
    const path = capture(captures, 'path');
    const steps = [...receiver(scope), ...(name === undefined ? [] : stepsOf(name)), ...(path ? [oneStep(path)] : [])];
    const last = steps.at(-1);
    if (last === undefined) continue;
    if (scope !== undefined && !scopes.has(scope.id)) scopes.set(scope.id, steps);
    if (name !== undefined) names.set(name.startIndex, last);
  }
  const sorted = [...names].toSorted(([a], [b]) => a - b);
  return { scopes, names: sorted.map(([offset, name]) => ({ name, offset })) };
}

function capture(captures: readonly QueryCapture[], name: string): Node | undefined {
  return captures.find((one) => one.name === name)?.node;
}

/** `Foo.prototype.bar` → Foo, bar; `Foo::bar(int)` → Foo, bar; `"key"` → key. */
function stepsOf(node: Node): string[] {
  let namer = node;
  // C and C++ wrap a name into declarators: *f(int), &g().
  for (
    let inner = namer.childForFieldName('declarator');
    inner !== null;
    inner = namer.childForFieldName('declarator')
  ) {
    namer = inner;
  }
  return namer.text
    .replaceAll(/<[^<>]*>/g, '')
    .split(/\.|::|\?\./)
    .map((step) => step.replaceAll(/^["'`#$&*\s]+|["'`\s]+$/g, '').replaceAll(/\s+/g, ' '))
    .filter((step) => step !== '' && step.length <= 100 && !silent.has(step));
}

/** A CSS selector, a namespace, the type of an impl: whole. */
function oneStep(node: Node): string {
  return node.text.replaceAll(/\s+/g, ' ').slice(0, 100);
}

/** Go: the type that a method belongs to. */
function receiver(scope: Node | undefined): string[] {
  const text = scope?.type === 'method_declaration' ? scope.childForFieldName('receiver')?.text : undefined;
  const type = text === undefined ? undefined : /(\w+)\s*(?:\[[^\]]*\])?\s*\)$/.exec(text)?.[1];
  return type === undefined ? [] : [type];
}
