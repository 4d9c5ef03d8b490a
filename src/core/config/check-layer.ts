/**
 * Checks one layer against the schema and says what is wrong in words: the key, where it was set, what would be right.
 */
import type { z } from 'zod';
import { QdxError } from '../../lib/errors.ts';
import { didYouMean, likelyName } from '../../lib/nearest.ts';
import { choicesAt, expectedAt, keysAt } from './expected.ts';
import { valueAt } from './layer.ts';
import { layerSchema } from './schema.ts';
import { settingPaths, settingRow } from './table.ts';

interface Problem {
  readonly message: string;
  readonly hint?: string;
}

/** Where a layer was written. */
export interface LayerPlace {
  /** How a place is called: `/home/me/qdx.config.json: index.m`, or `QDX_HNSW_M`. */
  readonly nameOf: (path: readonly string[]) => string;
  /** How it is put right where nothing near was meant; absent: the help of the command says. */
  readonly repair?: (path: readonly string[]) => string | undefined;
}

/** @throws QdxError usage with the first problem; all of them are in `details.problems`. */
export function checkLayer(value: unknown, place: LayerPlace): void {
  const result = layerSchema.safeParse(value);
  if (result.success) return;
  const problems = distinct(result.error.issues.flatMap((issue) => explain(issue, value, place)));
  const [first, ...more] = problems;
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  throw new QdxError('usage', `${first?.message ?? 'the settings are wrong'}${others}`, {
    ...(first?.hint !== undefined && { hint: first.hint }),
    details: { problems: problems.map(({ message }) => message) },
  });
}

/** A number beyond two limits is one problem. */
const distinct = (problems: readonly Problem[]): Problem[] => [
  ...new Map(problems.map((problem) => [problem.message, problem])).values(),
];

function explain(issue: z.core.$ZodIssue, value: unknown, { nameOf, repair }: LayerPlace): Problem[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey([...path, key], nameOf));
  if (issue.code === 'invalid_key') return [unknownKey(path, nameOf)];
  const expected = expectedAt(path) ?? issue.message;
  const found = valueAt(value, path);
  const near = typeof found === 'string' ? didYouMean(found, choicesAt(path).map(String)) : undefined;
  const hint = near ?? repair?.(path);
  const message = `${nameOf(path)}: expected ${expected}, got ${shown(found, path)}`;
  return [hint === undefined ? { message } : { message, hint }];
}

function unknownKey(path: readonly string[], nameOf: (path: readonly string[]) => string): Problem {
  const place = path.slice(0, -1);
  const key = path.at(-1) ?? '';
  const known = keysAt(place).filter((name) => name !== '$schema');
  const message = `${nameOf(path)}: there is no such setting`;
  const near = likelyName(key, known);
  if (near !== undefined) return { message, hint: `did you mean ${[...place, near].join('.')}?` };
  const elsewhere = settingPaths.find((setting) => setting.split('.').at(-1) === key);
  if (elsewhere) return { message, hint: `did you mean ${elsewhere}?` };
  return known.length === 0 ? { message } : { message, hint: `known here: ${known.join(', ')}` };
}

/** Never a secret; long values are cut. */
function shown(value: unknown, path: readonly string[]): string {
  const setting = settingPaths.find((known) => known === path.join('.'));
  if (setting && settingRow(setting).secret) return 'something else';
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 80 || /\/\/[^/]*@/.test(text) ? `${typeof value} of ${text.length} characters` : text;
}
