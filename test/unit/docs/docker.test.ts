/**
 * Dockerfile and compose.yaml as far as they can be checked without Docker.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { version } from '../../../src/version.ts';
import { problemOf, qdxCommands } from '../../helpers/command-lines.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
const compose = readFileSync(join(root, 'compose.yaml'), 'utf8');
const allowed = readFileSync(join(root, '.dockerignore'), 'utf8')
  .split('\n')
  .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));

test('what is copied into the image is there, and is sent to the builder', () => {
  const sources = [...dockerfile.matchAll(/^COPY (?!--from)(.*)$/gm)].flatMap(([, words]) =>
    (words ?? '').split(' ').slice(0, -1),
  );
  expect(sources.length).toBeGreaterThan(8);
  expect(sources.filter((path) => !existsSync(join(root, path)) || !allowed.includes(path))).toEqual([]);
});

test('what the code reads beside itself is in the image', () => {
  const read = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) => [...readFileSync(join(root, 'src', path), 'utf8').matchAll(/join\(packageRoot, '([^']+)'/g)])
    .flatMap(([, path]) => path ?? []);
  expect(read.length).toBeGreaterThan(3);
  const copied = [...dockerfile.matchAll(/^COPY (?:--from=\S+ )?.* (\S+)$/gm)].flatMap(([, target]) => target ?? '');
  const isCopied = (path: string): boolean => copied.some((target) => path === target || path.startsWith(`${target}/`));
  expect(read.filter((path) => !isCopied(path))).toEqual([]);
});

test('images have a version, and the last user is not root', () => {
  const images = [...dockerfile.matchAll(/^FROM (\S+)/gm), ...compose.matchAll(/^\s+image: (\S+)$/gm)].map(
    ([, image]) => image ?? '',
  );
  expect(images.length).toBe(4);
  for (const image of images) expect(image).toMatch(/:v?\d+\.\d+\.\d+/);
  expect(images).toContain(`qdx:${version}`);
  expect([...dockerfile.matchAll(/^USER (.*)$/gm)].map(([, user]) => user)).toEqual(['1000:1000']);
});

test('the commands of qdx in both are commands of qdx', async () => {
  const inFile = [...dockerfile.matchAll(/"(qdx [^"]*)"/g)].flatMap(([, line]) => qdxCommands(line ?? ''));
  const inCompose = [...compose.matchAll(/command: \[(.*)\]/g)].map(([, list]) =>
    (list ?? '').split(', ').map((word) => word.slice(1, -1)),
  );
  const comments = [...dockerfile.matchAll(/ qdx (search .*)$/gm), ...compose.matchAll(/ qdx (search .*)$/gm)].flatMap(
    ([, line]) => qdxCommands(`qdx ${line}`),
  );
  const all = [...inFile, ...inCompose, ...comments];
  expect(all.length).toBe(4);
  expect((await Promise.all(all.map(problemOf))).filter((problem) => problem !== null)).toEqual([]);
});
