/**
 * Each check of a vector is seen to pass on the built-in model, and to fail as soon as one part of what it looks at lies.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EncodedText, Encoder } from '../../../src/core/models/encoder.ts';
import { prepareText } from '../../../src/core/models/encoders/prepare-text.ts';
import { createTextEncoder, type TextEncoder } from '../../../src/core/models/encoders/text-encoder.ts';
import { findLocalModel } from '../../../src/core/models/find-model.ts';
import { openSession } from '../../../src/core/models/onnx/session.ts';
import { bulkSession } from '../../../src/core/models/onnx/session-options.ts';
import { openTokenizer } from '../../../src/core/models/open-tokenizer.ts';
import type { Lab } from '../../../src/core/verify-model/lab.ts';
import type { Check } from '../../../src/core/verify-model/report.ts';
import { checkSecondOpinion } from '../../../src/core/verify-model/second-opinion.ts';
import {
  checkDeterminism,
  checkDimension,
  checkLongText,
  checkNorm,
  checkPooling,
  checkPrefixes,
} from '../../../src/core/verify-model/vector-checks.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

let honest: Lab;
/** The same weights, taken wrong: CLS instead of mean, and cut where a left-over setting says. */
let byClsToken: Lab['raw'];
let cutAt128: Lab['raw'];

beforeAll(async () => {
  const found = await findLocalModel('all-MiniLM-L6-v2', { cacheFolder: temporaryFolder() });
  // Prefixes that it does not have, so that leaving them out changes a vector.
  const card = { ...found.card, queryPrefix: 'query: ', documentPrefix: 'passage: ' };
  const tokenizer = await openTokenizer(found);
  const session = await openSession(found.modelFile, bulkSession({ provider: 'cpu' }));
  const withCard = (changes: Partial<typeof card>): TextEncoder =>
    createTextEncoder({ card: { ...card, ...changes }, tokenizer, session, batchTokens: 0 });
  const own = rawOf(withCard({}));
  const encoder: Encoder = {
    card,
    kind: 'onnx',
    device: 'cpu',
    parallel: 1,
    encode: (text, { role }) => own(prepareText(text, role, card)),
    close: async () => {},
  };
  byClsToken = rawOf(withCard({ pooling: 'cls' }));
  cutAt128 = rawOf(withCard({ maxTokens: 128 }));
  honest = {
    model: { ...found, card },
    tokenizer,
    raw: own,
    rows: async (text) => {
      const { ids } = tokenizer.encode(text, card.maxTokens);
      return { output: await session.run([ids]), tokenCount: ids.length };
    },
    query: encoder,
    bulk: encoder,
    openMs: 0,
    close: () => session.close(),
  };
});
afterAll(() => honest.close());

const rawOf =
  (encoder: TextEncoder): Lab['raw'] =>
  async (text) => {
    const [encoded] = await encoder.encode([{ text, tokenVectors: false }]);
    if (!encoded) throw new Error('no vector');
    return encoded;
  };

type Change = (encoded: EncodedText, call: number) => Float32Array;

/** The honest encoder with its vectors changed. */
const changed = (change: Change): Encoder => {
  let call = 0;
  return {
    ...honest.query,
    encode: async (text, options) => {
      const encoded = await honest.query.encode(text, options);
      return { ...encoded, vector: change(encoded, call++) };
    },
  };
};

/** The honest encoder without the prefix of one role. */
const deafTo = (role: 'query' | 'document'): Encoder => ({
  ...honest.query,
  encode: (text, options) => (options.role === role ? honest.raw(text) : honest.query.encode(text, options)),
});

type Lie = readonly [
  check: string,
  lie: string,
  run: (lab: Lab) => Promise<Check | Check[]>,
  tell: () => Partial<Lab>,
  expected: RegExp,
  found: RegExp,
];

const lies: readonly Lie[] = [
  [
    'dimension',
    'a number is missing',
    checkDimension,
    () => ({ query: changed(({ vector }) => vector.slice(1)) }),
    /^384$/,
    /^383$/,
  ],
  [
    'norm',
    'vectors are one percent too long',
    checkNorm,
    () => ({ query: changed(({ vector }) => vector.map((one) => one * 1.01)) }),
    /^1$/,
    /^1\.0100\d\d, 1\.0100\d\d$/,
  ],
  [
    'pooling',
    'the first row is taken and the card says mean',
    checkPooling,
    () => ({ raw: byClsToken }),
    /^mean$/,
    /^cosine to cls 1\.0000, cosine to mean 0\.\d{4}$/,
  ],
  [
    'query prefix',
    'queries get none',
    checkPrefixes,
    () => ({ query: deafTo('query') }),
    /^"query: "$/,
    /^another text was embedded$/,
  ],
  [
    'document prefix',
    'documents get none',
    checkPrefixes,
    () => ({ query: deafTo('document') }),
    /^"passage: "$/,
    /^another text was embedded$/,
  ],
  [
    'long text',
    'it is cut at half of the limit',
    checkLongText,
    () => ({ raw: cutAt128 }),
    /^256 tokens used, closing token kept$/,
    /^128 of 576 used, the last of them does not count, the next does not$/,
  ],
  [
    'determinism',
    'a vector depends on how many came before it',
    checkDeterminism,
    () => ({ bulk: changed(({ vector }, call) => vector.map((one, at) => (at === call ? one + 1e-7 : one))) }),
    /^same bytes in any order, alone and in bulk$/,
    /^12 of 12 texts differ$/,
  ],
  [
    'second opinion',
    'another library pools as the card says',
    checkSecondOpinion,
    () => ({ raw: byClsToken }),
    /^transformers\.js gives the same vectors, cosine above 0\.9999$/,
    /^lowest cosine 0\.\d{4} over 4 texts$/,
  ],
];

test.each(lies)('%s passes where nothing lies (%s)', async (name, _lie, run) => {
  expect(await named(name, run(honest))).toMatchObject({ status: 'passed' });
});

test.each(lies)('%s fails where %s', async (name, _lie, run, tell, expected, found) => {
  const check = await named(name, run({ ...honest, ...tell() }));
  expect(check).toMatchObject({ name, status: 'failed' });
  expect(check?.expected).toMatch(expected);
  expect(check?.found).toMatch(found);
});

const named = async (name: string, checks: Promise<Check | Check[]>): Promise<Check | undefined> =>
  [await checks].flat().find((check) => check.name === name);
