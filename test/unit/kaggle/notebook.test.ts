/**
 * The notebook as a file: a notebook by the format, and programs that Python takes.
 */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createNotebook } from '../../../src/core/kaggle/notebook.ts';

const cell = z.discriminatedUnion('cell_type', [
  z.strictObject({
    cell_type: z.literal('markdown'),
    id: z.string(),
    metadata: z.object({}),
    source: z.array(z.string()),
  }),
  z.strictObject({
    cell_type: z.literal('code'),
    id: z.string().regex(/^[a-zA-Z0-9-_]{1,64}$/),
    metadata: z.object({}),
    source: z.array(z.string()),
    outputs: z.array(z.never()),
    execution_count: z.null(),
  }),
]);
/** nbformat 4.5, as far as this notebook uses it. */
const notebook = z.strictObject({
  nbformat: z.literal(4),
  nbformat_minor: z.literal(5),
  metadata: z.looseObject({ kernelspec: z.object({ name: z.literal('python3'), display_name: z.string() }) }),
  cells: z.array(cell),
});

const python = (code: string, input: string) => spawnSync('python3', ['-c', code], { input, encoding: 'utf8' });

test('it is a notebook, with cells of different names', async () => {
  const { cells } = notebook.parse(JSON.parse(await createNotebook()));
  expect(new Set(cells.map(({ id }) => id)).size).toBe(cells.length);
  expect(cells.map(({ source }) => source[0])).toEqual([
    '# Vectors for qdx\n',
    '%%writefile qdx_files.py\n',
    '%%writefile qdx_model.py\n',
    '%%writefile qdx_embed.py\n',
    'import subprocess, sys\n',
  ]);
});

test("nbformat's own schema takes it, where nbformat is installed", async (context) => {
  const { status, stderr } = python(
    'import sys, json, nbformat; nbformat.validate(json.load(sys.stdin))',
    await createNotebook(),
  );
  context.skip(/ModuleNotFoundError|ENOENT/.test(stderr ?? 'ENOENT'), 'nbformat for Python is not installed');
  expect([status, stderr]).toEqual([0, '']);
});

test('python3 compiles every cell, where it is installed', async (context) => {
  const { cells } = notebook.parse(JSON.parse(await createNotebook()));
  const codes = cells
    .slice(1)
    .map(({ source: [first = '', ...rest] }) => [...(first.startsWith('%%') ? [] : [first]), ...rest].join(''));
  const { status, stderr, error } = python(
    'import sys, ast, json; [ast.parse(code) for code in json.load(sys.stdin)]',
    JSON.stringify(codes),
  );
  context.skip(error !== undefined, 'python3 is not installed');
  expect([status, stderr]).toEqual([0, '']);
});

test('packages are pinned to one version each, and code of a model is never run', async () => {
  const text = await createNotebook();
  expect(text).toMatch(/PACKAGES = \{(\\"\w+\\": \\"\d+\.\d+\.\d+\\"(, )?){4}\}/);
  expect(text).toContain('trust_remote_code=False');
  expect(text).not.toMatch(/trust_remote_code=True|[^.\w](eval|exec)\(|pickle/);
});
