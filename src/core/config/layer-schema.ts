/**
 * Turns a schema with defaults into the schema of one layer (a file, the entry of a collection), where every setting may
 * be missing and a missing one stays missing.
 */
import { z } from 'zod';

type LayerSchema = z.ZodType<Readonly<Record<string, unknown>>>;

export function withoutDefaults(schema: z.ZodObject): LayerSchema {
  return z.strictObject(
    Object.fromEntries(Object.entries(schema.shape).map(([key, member]) => [key, layerMember(member).optional()])),
  );
}

function layerMember(schema: z.core.$ZodType): z.ZodType {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) return withoutDefaults(inner);
  if (inner instanceof z.ZodDiscriminatedUnion) return mergedOptions(inner);
  return inner as z.ZodType;
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional
    ? unwrap(schema.unwrap())
    : schema;
}

/**
 * A layer may name the kind and another one its details, so here the keys of all kinds are known together; whether they
 * go together is checked on the merged settings.
 */
function mergedOptions(union: z.ZodDiscriminatedUnion): LayerSchema {
  const { discriminator } = union.def;
  const options = union.options as readonly z.ZodObject[];
  const kinds = options.map((option) => (option.shape[discriminator] as z.ZodLiteral<string>).value);
  const shape = Object.assign({}, ...options.map((option) => option.shape)) as z.ZodObject['shape'];
  return withoutDefaults(z.strictObject({ ...shape, [discriminator]: z.enum(kinds) }));
}
