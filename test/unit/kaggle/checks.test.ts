/**
 * What the notebook refuses before it embeds anything: its own functions, in Python, with vectors by hand.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../helpers/temporary.ts';

const programs = join(import.meta.dirname, '../../../notebooks/kaggle');
const packed = (numbers: readonly number[]) => Buffer.from(Float32Array.from(numbers).buffer).toString('base64');
const card = { dimension: 2, normalize: true, parityFloor: 0.98, queryPrefix: 'query: ' };
const manifest = { model: card, knownTexts: [{ text: 'a', vectorB64: packed([0.6, 0.8]) }] };

function folderWith(...manifests: readonly string[]): string {
  const folder = temporaryFolder('input');
  for (const [index, text] of manifests.entries()) {
    mkdirSync(join(folder, `deep/${index}`), { recursive: true });
    writeFileSync(join(folder, `deep/${index}/qdx-manifest.json`), text);
  }
  return folder;
}
const whole = '{"format": "qdx-kaggle", "version": 1}';
const check = (vector: readonly number[]) => [`check_known_texts(lambda texts: [${JSON.stringify(vector)}], manifest)`];

/** Python, and what it says; null: it goes through. */
const cases: readonly (readonly [string, readonly string[], string | null])[] = [
  ['the vectors that were made at home', check([0.6, 0.8]), null],
  ['vectors a little off, as of another number format', check([0.61, 0.7924]), null],
  ['vectors of another model, pooling or prefix', check([1, 0]), 'cosine 0.6000, the floor is 0.98'],
  ['vectors of another dimension', check([0.6, 0.8, 0]), 'vectors have 3 numbers, the card says 2'],
  ['vectors that are not normalised', check([6, 8]), 'a vector has the length 10.0000, the card says 1'],
  ['documents', ['assert_documents(["about a query: x"], "query: ")'], null],
  [
    'a document with the prefix of a query',
    ['assert_documents(["query: x"], "query: ")'],
    'begins with the prefix of a query',
  ],
  ['any text, where queries have no prefix', ['assert_documents(["query: x"], "")'], null],
  ['one manifest, wherever it is mounted', [`find_manifest(${JSON.stringify(folderWith(whole))})`], null],
  ['no manifest', [`find_manifest(${JSON.stringify(folderWith())})`], 'found: none'],
  ['two manifests', [`find_manifest(${JSON.stringify(folderWith(whole, whole))})`], 'exactly one qdx-manifest.json'],
  [
    'a manifest of another version',
    [`find_manifest(${JSON.stringify(folderWith('{"version": 2}'))})`],
    'no manifest that this',
  ],
];

test('each is let through or refused with its sentence, where python3 is installed', (context) => {
  const input = { manifest, cases: cases.map(([, lines]) => lines.join('\n')) };
  const code = [
    'import json, sys',
    `sys.path.insert(0, ${JSON.stringify(programs)}); sys.dont_write_bytecode = True`,
    'from qdx_model import check_known_texts',
    'from qdx_files import find_manifest, Refused',
    'from qdx_embed import assert_documents',
    'given, said = json.load(sys.stdin), []',
    'manifest = given["manifest"]',
    'for case in given["cases"]:',
    '    try: exec(case); said.append(None)',
    '    except Refused as reason: said.append(str(reason))',
    'print(json.dumps(said))',
  ].join('\n');
  const { status, stdout, stderr, error } = spawnSync('python3', ['-c', code], {
    input: JSON.stringify(input),
    encoding: 'utf8',
  });
  context.skip(error !== undefined, 'python3 is not installed');
  expect([status, stderr]).toEqual([0, '']);
  const said = JSON.parse(stdout) as (string | null)[];
  const wrong = cases.filter(([, , expected], index) => {
    const text = said[index];
    return expected === null ? text !== null : !text?.includes(expected);
  });
  expect([wrong, said.length]).toEqual([[], cases.length]);
});
