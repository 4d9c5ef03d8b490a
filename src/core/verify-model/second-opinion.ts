/**
 * A second opinion: the same file through transformers.js, whose reading of tokenizer and configuration is its own. Loaded
 * here alone; it would add 200 ms to the start of any other command.
 */
import { cosine } from '../qdrant/collection/parity.ts';
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { FoundModel } from '../models/found-model.ts';
import { normalize, pool } from '../models/encoders/pooling.ts';
import type { Lab } from './lab.ts';
import { type Check, check, digits, skipped } from './report.ts';

/** Short enough for every limit, since transformers.js drops the closing token of a text that it cuts. */
const probes = [
  'read a file line by line',
  'SELECT name FROM users WHERE id = 3;',
  'Größe: naïve café – 10 €',
  'fn main() { println!("{}", 1 + 1); }',
];

/** One text a run on both sides, so that only rounding may differ. */
const floor = 0.9999;

export async function checkSecondOpinion({ model, raw }: Lab): Promise<Check> {
  const name = 'second opinion';
  const expected = `transformers.js gives the same vectors, cosine above ${floor}`;
  if (!existsSync(join(model.folder, 'config.json')))
    return skipped(name, expected, 'there is no config.json, which transformers.js needs');
  const encode = await openPipeline(model).catch(
    (error: unknown) => `transformers.js cannot load it: ${String(error)}`,
  );
  if (typeof encode === 'string') return skipped(name, expected, encode);
  const cosines: number[] = [];
  for (const text of probes) cosines.push(cosine((await raw(text)).vector, await encode(text)));
  const lowest = Math.min(...cosines);
  return check(name, lowest > floor, expected, `lowest cosine ${digits(lowest)} over ${cosines.length} texts`);
}

async function openPipeline({ folder, card }: FoundModel): Promise<(text: string) => Promise<Float32Array>> {
  const { AutoModel, AutoTokenizer, env, LogLevel } = await import('@huggingface/transformers');
  env.allowRemoteModels = false;
  env.logLevel = LogLevel.ERROR;
  const path = resolve(folder);
  const tokenizer = await AutoTokenizer.from_pretrained(path);
  const model = await AutoModel.from_pretrained(path, {
    subfolder: dirname(card.file) === '.' ? '' : dirname(card.file),
    model_file_name: basename(card.file, '.onnx'),
    // Adds no suffix to the name, which is whole already.
    dtype: 'fp32',
    session_options: { logSeverityLevel: 3 },
  });
  return async (text) => {
    const output = (await model(tokenizer([text]))) as Readonly<
      Record<string, { readonly dims: number[]; readonly data: Float32Array }>
    >;
    const rows = output['last_hidden_state'] ?? output['token_embeddings'];
    if (!rows) return Object.values(output)[0]?.data ?? new Float32Array();
    const [, count = 0, dimension = 0] = rows.dims;
    return normalize(pool({ data: rows.data, rows: count, dimension }, card.pooling));
  };
}
