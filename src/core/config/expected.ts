/**
 * Says in words what a setting takes, from the JSON Schema of the settings: one source for messages and documentation.
 */
import { numberListPattern } from './groups/bench-schema.ts';
import { settingsJsonSchema, type SchemaNode } from './json-schema.ts';

/** `a whole number from 1 to 10,000`, `one of documents, code`; null for a path that is no setting. */
export function expectedAt(path: readonly string[]): string | null {
  const nodes = nodesAt(settingsJsonSchema(), path);
  return nodes.length === 0 ? null : describeNodes(nodes);
}

/** The default of a setting, as the schema has it. */
export const defaultAt = (path: readonly string[]): unknown =>
  nodesAt(settingsJsonSchema(), path).find((node) => node.default !== undefined)?.default;

/** The words that a setting takes, where it takes words of a list; else none. */
export const choicesAt = (path: readonly string[]): readonly (string | number)[] => {
  const nodes = nodesAt(settingsJsonSchema(), path);
  return [...nodes.flatMap((node) => node.const ?? []), ...nodes.flatMap((node) => node.enum ?? [])];
};

/** Names of the keys at a place; empty where keys are free (a record). */
export const keysAt = (path: readonly string[]): string[] => [
  ...new Set(nodesAt(settingsJsonSchema(), path).flatMap((node) => keysOf(node))),
];

const keysOf = (node: SchemaNode): string[] =>
  node.oneOf?.flatMap(keysOf) ?? Object.keys(node.properties ?? {}).concat(node.propertyNames?.enum?.map(String) ?? []);

/** More than one where kinds differ (`vector.quantization.alwaysRam`). */
function nodesAt(node: SchemaNode, path: readonly string[]): SchemaNode[] {
  if (node.oneOf) return node.oneOf.flatMap((option) => (path.length === 0 ? [option] : nodesAt(option, path)));
  const [key, ...rest] = path;
  if (key === undefined) return [node];
  const free = typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined;
  const next = node.properties?.[key] ?? (/^\d+$/.test(key) ? node.items : undefined) ?? free;
  return next ? nodesAt(next, rest) : [];
}

function describeNodes(nodes: readonly SchemaNode[]): string {
  const constants = nodes.flatMap((node) => node.const ?? []);
  if (constants.length > 0) return oneOf(constants);
  return [...new Set(nodes.map(describeNode))].join(' or ');
}

function describeNode(node: SchemaNode): string {
  if (node.anyOf) return node.anyOf.map(describeNode).join(' or ');
  if (node.const !== undefined) return String(node.const);
  if (node.enum) return oneOf(node.enum);
  if (node.type === 'array') return `a list of ${node.items ? describeItems(node.items) : 'values'}`;
  if (node.type === 'boolean') return 'true or false';
  if (node.type === 'integer') return `a whole number${range(node)}`;
  if (node.type === 'number') return `a number${range(node)}`;
  if (node.format === 'uri') return 'a URL such as http://127.0.0.1:6333, with http or https';
  if (node.pattern === numberListPattern) return 'whole numbers from 1 to 9999, such as 1,2,4';
  if (node.type === 'string') return node.minLength ? 'a text that is not empty' : 'a text';
  return 'an object';
}

const describeItems = (node: SchemaNode): string => (node.format === 'uri' ? 'URLs' : 'texts');

const oneOf = (values: readonly unknown[]): string =>
  values.length === 1 ? String(values[0]) : `one of ${values.join(', ')}`;

/** zod writes the borders of safe integers where a schema has none. */
function range({ minimum, exclusiveMinimum, maximum }: SchemaNode): string {
  const least = exclusiveMinimum === undefined ? minimum : exclusiveMinimum + 1;
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (least === undefined || least === Number.MIN_SAFE_INTEGER) return most === undefined ? '' : ` up to ${most}`;
  return most === undefined ? ` from ${least} on` : ` from ${least} to ${most}`;
}
