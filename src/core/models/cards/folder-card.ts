/**
 * The generic card: what a folder with an ONNX encoder and a tokenizer.json says of itself, completed by what the user says.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { QdxError } from '../../../lib/errors.ts';
import { writeWholeFile } from '../../../lib/partial-file.ts';
import type { ModelCard, Pooling } from './card.ts';
import { parseAnyCard } from './card-schema.ts';
import { readCrossEncoderFacts } from './cross-encoder-facts.ts';
import type { AnyCard } from './reranker-card.ts';
import { sha256OfFile } from '../check-files.ts';
import { dtypeOf, inspectOnnx } from '../onnx/onnx-file.ts';
import { readWrittenFacts, type WrittenFacts } from './sentence-transformers.ts';

/** What a user may say of a model; wins over what its files say. */
export interface CardChoices {
  readonly file?: string;
  readonly pooling?: Pooling;
  readonly dimension?: number;
  readonly maxTokens?: number;
  readonly queryPrefix?: string;
  readonly documentPrefix?: string;
}

export interface CardIdentity {
  readonly name: string;
  readonly repository: string;
  readonly revision: string | null;
}

export interface DerivedCard {
  readonly card: AnyCard;
  /** What no file says and was taken as usual. */
  readonly notes: readonly string[];
}

/** The folder's own `card.json`, or a card made from its files. */
export async function cardOfFolder(folder: string, choices: CardChoices = {}): Promise<DerivedCard> {
  const written = join(folder, 'card.json');
  const hasChoices = Object.keys(choices).length > 0;
  if (existsSync(written) && !hasChoices) {
    const card = parseAnyCard(await jsonOf(written), written);
    return { card: { ...card, name: folder }, notes: [] };
  }
  return deriveCard(folder, { name: folder, repository: basename(resolve(folder)), revision: null }, choices);
}

/** Writes `card.json`, which decides from then on. */
export async function writeFolderCard(folder: string, card: AnyCard): Promise<void> {
  // The name is the place where the folder lies, which differs from machine to machine.
  await writeWholeFile(join(folder, 'card.json'), `${JSON.stringify({ ...card, name: card.repository }, null, 2)}\n`);
}

/** @throws QdxError `usage` naming what no file says and the flag that says it; `notFound` without model or tokenizer. */
export async function deriveCard(folder: string, identity: CardIdentity, choices: CardChoices): Promise<DerivedCard> {
  const tokenizer = join(folder, 'tokenizer.json');
  if (!existsSync(tokenizer))
    throw new QdxError('notFound', `${folder} has no tokenizer.json, so its texts cannot be cut into tokens`, {
      hint: 'take a repository with a fast tokenizer',
    });
  const file = choices.file ?? (await onlyModelFile(folder));
  const [summary, sha256, tokenizerSha256] = await Promise.all([
    inspectOnnx(join(folder, file)),
    sha256OfFile(join(folder, file)),
    sha256OfFile(tokenizer),
  ]);
  const files = { ...identity, file, sha256, dtype: dtypeOf(summary), tokenizerSha256 };
  const pairs = await readCrossEncoderFacts(folder, choices.maxTokens);
  if (pairs) return { card: { ...files, ...pairs, task: 'rerank' }, notes: [] };
  const facts: WrittenFacts = { ...(await readWrittenFacts(folder)), ...choices };
  const card: ModelCard = {
    ...files,
    ...requiredFacts(folder, facts),
    normalize: true,
    queryPrefix: facts.queryPrefix ?? '',
    documentPrefix: facts.documentPrefix ?? '',
    parityFloor: 0.99,
    tokenVectors: 'unverified',
  };
  return { card, notes: prefixNotes(identity.name, facts) };
}

function requiredFacts(
  folder: string,
  { pooling, dimension, maxTokens }: WrittenFacts,
): Pick<ModelCard, 'pooling' | 'dimension' | 'maxTokens'> {
  if (pooling !== undefined && dimension !== undefined && maxTokens !== undefined)
    return { pooling, dimension, maxTokens };
  const missing = [
    pooling === undefined && 'its pooling (--pooling cls, mean or last)',
    dimension === undefined && 'its dimension (--dimension)',
    maxTokens === undefined && 'its longest input (--max-tokens)',
  ].filter((part) => part !== false);
  throw new QdxError(
    'usage',
    `no file of ${folder} says ${missing.join(', ')}; a wrong guess would give vectors that look right and are not`,
    {
      hint: `say it once, and it is written to card.json: qdx models card ${folder} ${missing.map((part) => /--[\w-]+/.exec(part)?.[0] ?? '').join(' … ')} … --write`,
    },
  );
}

function prefixNotes(name: string, { queryPrefix, documentPrefix }: WrittenFacts): string[] {
  if (queryPrefix !== undefined && documentPrefix !== undefined) return [];
  return [`no file of ${name} names prompts: texts are embedded without a prefix unless its card says otherwise`];
}

/** Of several files none is taken silently: they differ in what they compute. */
async function onlyModelFile(folder: string): Promise<string> {
  const files = await modelFilesOf(folder);
  const [only] = files;
  if (only !== undefined && files.length === 1) return only;
  throw new QdxError(
    only === undefined ? 'notFound' : 'usage',
    only === undefined
      ? `${folder} has no .onnx file, at its top or in onnx/`
      : `${folder} has several models: ${files.join(', ')}`,
    {
      hint:
        only === undefined
          ? 'export the model to ONNX first (optimum-cli export onnx)'
          : `say which: qdx models card ${folder} --file ${only} --write`,
    },
  );
}

/** Relative paths of .onnx files at the top and in `onnx/`. */
async function modelFilesOf(folder: string): Promise<string[]> {
  const list = async (place: string): Promise<string[]> => {
    const names = await readdir(join(folder, place)).catch(() => []);
    return names.filter((name) => name.endsWith('.onnx')).map((name) => (place === '' ? name : `${place}/${name}`));
  };
  return [...(await list('')), ...(await list('onnx'))].sort();
}

async function jsonOf(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new QdxError('verification', `${file} is not JSON`, { cause: error });
  }
}
