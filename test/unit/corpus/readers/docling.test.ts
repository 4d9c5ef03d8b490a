import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { doclingDocument } from '../../../../src/core/corpus/readers/json.ts';
import type { Document } from '../../../../src/core/corpus/document.ts';
import { folderOf, readFolder } from '../support.ts';

const fixtures = path.resolve('fixtures/corpus');

function read(json: string): Document {
  const document = doclingDocument(json);
  if (typeof document === 'string') throw new Error(document);
  return document;
}

describe('DoclingDocument', () => {
  test('items in reading order, as text', async () => {
    const document = read(await readFile(path.join(fixtures, 'document.docling.json'), 'utf8'));
    expect(document.text).toBe(await readFile(path.join(fixtures, 'document.docling.md'), 'utf8'));
    expect(document.title).toBe('Widget manual');
  });

  test('headings enclose what follows, lines count items, the hash of the origin is exact', async () => {
    const root = await folderOf({ 'm.json': await readFile(path.join(fixtures, 'document.docling.json')) });
    const { chunks, summary } = await readFolder(root);
    expect(summary.filesByReader).toEqual({ json: 1 });
    expect(chunks.at(-1)?.payload).toMatchObject({
      language: 'docling',
      heading_path: ['Widget manual', 'Parts'],
      origin: { filename: 'widget.pdf', binary_hash: 13268943568923456789n },
    });
    expect(chunks[0]?.payload.start_line).toBe(1);
    const ends = chunks.map(({ payload }) => payload.end_line);
    expect(ends).toEqual(ends.toSorted((a, b) => a - b));
  });

  test.each<[title: string, json: string, why: string]>([
    ['a newer version', '{"schema_name":"DoclingDocument","version":"2.0.0"}', 'version 2.0.0, known is 1.x'],
    ['half a file', '{"schema_name":"DoclingDocument","version":"1.0.0"', 'it is no JSON'],
  ])('%s is left out with the reason', async (_title, json, why) => {
    const { summary } = await readFolder(await folderOf({ 'm.json': json }));
    expect(summary.skipped.badRecord?.examples[0]).toContain(why);
  });

  test('a cycle of references ends', () => {
    const list = { self_ref: '#/groups/0', label: 'list', children: [{ $ref: '#/groups/0' }, { $ref: '#/texts/0' }] };
    const document = read(
      JSON.stringify({
        schema_name: 'DoclingDocument',
        version: '1.0.0',
        body: { self_ref: '#/body', label: 'unspecified', children: [{ $ref: '#/groups/0' }, { $ref: '#/texts/9' }] },
        groups: [list],
        texts: [{ self_ref: '#/texts/0', label: 'text', text: 'once' }],
      }),
    );
    expect(document.text).toBe('once\n\n');
  });

  test('other JSON is read as text', async () => {
    const { chunks } = await readFolder(await folderOf({ 'a.json': '{\n  "a": 1\n}\n' }));
    expect(chunks[0]?.payload).toMatchObject({ language: 'json', content: '{\n  "a": 1\n}\n' });
  });
});

describe("docling's chunks", () => {
  const meta = {
    schema_name: 'docling_core.transforms.chunker.DocMeta',
    version: '1.0.0',
    doc_items: [{ self_ref: '#/texts/1' }],
    headings: ['Manual', 'Parts'],
  };
  const origin = '"origin":{"mimetype":"application/pdf","binary_hash":18446744073709551615,"filename":"w.pdf"}';

  test('are embedded as contextualize joins them: headings, captions, text, one a line', async () => {
    const line = `${JSON.stringify({ text: 'A widget.', meta: { ...meta, captions: ['Table 1'] } }).slice(0, -2)},${origin}}}`;
    const { chunks } = await readFolder(await folderOf({ 'c.jsonl': `${line}\n` }));
    expect(chunks.map((chunk) => chunk.text)).toEqual(['Manual\nParts\nTable 1\nA widget.']);
    expect(chunks[0]?.payload).toMatchObject({
      content: 'A widget.',
      heading_path: ['Manual', 'Parts'],
      captions: ['Table 1'],
      chunker: 'docling',
      doc_items: ['#/texts/1'],
      origin: { binary_hash: 18446744073709551615n },
    });
  });

  test('without headings are the text alone', async () => {
    const line = JSON.stringify({ text: 'A widget.', meta: { ...meta, headings: null } });
    const { chunks } = await readFolder(await folderOf({ 'c.jsonl': line }));
    expect(chunks.map((chunk) => chunk.text)).toEqual(['A widget.']);
  });

  test.each<[title: string, record: unknown, why: string]>([
    ['another major version', { text: 'x', meta: { ...meta, version: '2.0.0' } }, 'version 2.0.0'],
    ['no text', { text: '', meta }, 'without text'],
    ['headings of another type', { text: 'x', meta: { ...meta, headings: 'a' } }, 'no docling chunk'],
  ])('%s: left out with the reason', async (_title, record, why) => {
    const root = await folderOf({ 'c.jsonl': `${JSON.stringify({ text: 'ok', meta })}\n${JSON.stringify(record)}\n` });
    const { chunks, summary } = await readFolder(root);
    expect(chunks).toHaveLength(1);
    expect(summary.skipped.badRecord?.examples[0]).toContain(why);
  });
});

const real = path.resolve('../shared/corpora/docling_json');
const files = await readdir(real).catch(() => []);
test.skipIf(files.length === 0)(
  `documents that docling wrote, all text kept (skipped where ${real} is absent)`,
  async () => {
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const json = await readFile(path.join(real, file), 'utf8');
      const { text } = read(json);
      const { texts } = JSON.parse(json) as {
        texts: { text: string; content_layer: string; parent: { $ref: string } }[];
      };
      const flat = text.replaceAll(/\s+/g, ' ');
      for (const item of texts) {
        if (item.content_layer !== 'body' || item.parent.$ref.startsWith('#/pictures')) continue;
        expect(flat).toContain(item.text.replaceAll(/\s+/g, ' ').trim());
      }
    }
  },
);
