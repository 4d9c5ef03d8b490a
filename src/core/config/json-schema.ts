/**
 * The JSON Schema of qdx.config.json, made from the zod schema and the descriptions of the table.
 */
import { z } from 'zod';
import { settingsSchema } from './schema.ts';
import { settingPaths, settingRow } from './table.ts';

/** The part of JSON Schema that zod writes for settings. */
export interface SchemaNode {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly propertyNames?: SchemaNode;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly oneOf?: readonly SchemaNode[];
  readonly anyOf?: readonly SchemaNode[];
  readonly enum?: readonly (string | number)[];
  readonly const?: string | number;
  readonly default?: unknown;
  readonly format?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly description?: string;
}

let schema: SchemaNode | undefined;

export function settingsJsonSchema(): SchemaNode {
  return (schema ??= describe(z.toJSONSchema(settingsSchema, { io: 'input', reused: 'inline' }) as SchemaNode));
}

function describe(node: SchemaNode): SchemaNode {
  const descriptions = new Map<string, string>(settingPaths.map((path) => [path, settingRow(path).description]));
  const withTexts = (part: SchemaNode, path: string): SchemaNode => ({
    ...part,
    ...describedBy(descriptions.get(path)),
    ...(part.oneOf && { oneOf: part.oneOf.map((option) => withTexts(option, path)) }),
    ...(part.properties && {
      properties: Object.fromEntries(
        Object.entries(part.properties).map(([key, value]) => [
          key,
          withTexts(value, path === '' ? key : `${path}.${key}`),
        ]),
      ),
    }),
  });
  return {
    ...withTexts(node, ''),
    ...describedBy('Settings of qdx: qdx.config.json of a project, config.json of a user.'),
  };
}

const describedBy = (description: string | undefined) => (description === undefined ? {} : { description });
