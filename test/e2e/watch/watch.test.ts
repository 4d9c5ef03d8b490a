/**
 * `qdx watch` beside a real server and a person who edits, renames and deletes.
 */
import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { runQdx, spawnQdx, temporaryHome } from '../../helpers/run-qdx.ts';

interface Update {
  readonly changedFiles: number | null;
  readonly written: number;
  readonly removed: number;
  readonly pruned: number;
}

let server: RunningQdrant;
let child: ChildProcess;
let exited: Promise<unknown>;
let said = '';
const home = temporaryHome();
const folder = join(home, 'work', 'docs');
const updates: Update[] = [];
const waiting: (() => void)[] = [];

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const env = () => ({ QDRANT_URL: server.url });

/** The sum of what the updates from number `from` on say, once it is enough. */
async function updatesUntil(from: number, isEnough: (all: readonly Update[]) => boolean): Promise<readonly Update[]> {
  while (!isEnough(updates.slice(from))) await new Promise<void>((resolve) => waiting.push(resolve));
  return updates.slice(from);
}

/** Updates that follow what `act` does, which qdx sees done, never half done, until so many points were written and removed. */
async function after(act: () => void, points: { written: number; removed: number }): Promise<readonly Update[]> {
  const from = updates.length;
  child.kill('SIGSTOP');
  act();
  child.kill('SIGCONT');
  const sum = (all: readonly Update[], of: (update: Update) => number) =>
    all.reduce((total, one) => total + of(one), 0);
  return updatesUntil(
    from,
    (all) =>
      sum(all, ({ written }) => written) >= points.written &&
      sum(all, ({ removed, pruned }) => removed + pruned) >= points.removed,
  );
}

async function paths(): Promise<string[]> {
  const answer = await fetch(`${server.url}/collections/pets/points/scroll`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ limit: 1000, with_payload: ['source_path'] }),
  });
  const { result } = (await answer.json()) as { result: { points: { payload: { source_path: string } }[] } };
  return result.points.map(({ payload }) => payload.source_path).toSorted();
}

beforeAll(async () => {
  server = await startQdrant();
  mkdirSync(join(folder, 'sub'), { recursive: true });
  write('.gitignore', '*.log\n.gitignore\n');
  write('cats.md', '# Cats\nCats purr.\n');
  write('sub/dogs.md', '# Dogs\nDogs bark.\n');
  child = spawnQdx(['watch', 'docs', '-c', 'pets', '--json', '--retries', '0'], { home, env: env() });
  exited = once(child, 'close');
  child.stderr?.on('data', (piece: Buffer) => {
    said += piece.toString();
    for (const wake of waiting.splice(0)) wake();
  });
  createInterface({ input: child.stdout! }).on('line', (line) => {
    updates.push(JSON.parse(line) as Update);
    for (const wake of waiting.splice(0)) wake();
  });
});
afterAll(async () => {
  child.kill('SIGKILL');
  await exited;
  await server.stop();
});

test('the first run looks at all files', async () => {
  expect(await updatesUntil(0, (all) => all.length > 0)).toMatchObject([{ changedFiles: null, written: 2 }]);
  while (!said.includes('watching 2 files in 2 folders')) await new Promise<void>((resolve) => waiting.push(resolve));
});

test('a file that was edited is found by what it says now', async () => {
  await after(() => write('cats.md', '# Cats\nThe tabby sleeps in the linen drawer.\n'), { written: 1, removed: 1 });
  const { stdout } = await runQdx(['search', 'tabby in the linen drawer', '-c', 'pets', '-n', '1'], {
    home,
    env: env(),
  });
  expect(stdout).toContain('linen drawer');
});

test('a file that an editor replaces (written beside, renamed over) is one change', async () => {
  const replaced = await after(
    () => {
      write('.cats.md.log', '# Cats\nThe tabby moved to the attic.\n');
      renameSync(join(folder, '.cats.md.log'), join(folder, 'cats.md'));
    },
    { written: 1, removed: 1 },
  );
  expect(replaced).toMatchObject([{ changedFiles: 1, written: 1, removed: 1 }]);
});

test('a file that was renamed is found under its new name, and no other file is read again', async () => {
  const moved = () => renameSync(join(folder, 'sub', 'dogs.md'), join(folder, 'sub', 'hounds.md'));
  expect(await after(moved, { written: 1, removed: 1 })).toMatchObject([{ changedFiles: 2, chunks: 1 }]);
  expect(await paths()).toEqual(['cats.md', 'sub/hounds.md']);
});

test('what .gitignore leaves out is no change', async () => {
  const both = () => {
    write('noise.log', 'x');
    write('birds.md', '# Birds\nBirds sing.\n');
  };
  expect(await after(both, { written: 1, removed: 0 })).toMatchObject([{ changedFiles: 1, written: 1 }]);
});

test('a burst of 40 files in new folders is few runs', async () => {
  const burst = await after(
    () => {
      for (let number = 0; number < 40; number++) {
        mkdirSync(join(folder, `new/deep${number % 10}`), { recursive: true });
        write(`new/deep${number % 10}/${number}.md`, `Note ${number}\n`);
      }
    },
    { written: 40, removed: 0 },
  );
  expect(burst.length).toBeLessThan(5);
  expect((await paths()).length).toBe(43);
});

test('while nothing changes the writer lock is free', async () => {
  const { exitCode, stdout } = await runQdx(['embed', 'docs', '-c', 'pets', '--json'], { home, env: env() });
  expect([exitCode, (JSON.parse(stdout) as Update).written]).toEqual([0, 0]);
});

test('files that are gone leave the collection', async () => {
  await after(() => rmSync(join(folder, 'new'), { recursive: true }), { written: 0, removed: 40 });
  expect(await paths()).toEqual(['birds.md', 'cats.md', 'sub/hounds.md']);
});

test('a server that went away is said, waited for, and given what changed meanwhile', async () => {
  await server.kill();
  const from = updates.length;
  write('fish.md', '# Fish\nFish swim.\n');
  while (!said.includes('trying again in')) await new Promise<void>((resolve) => waiting.push(resolve));
  await server.restart();
  expect(await updatesUntil(from, (all) => all.length > 0)).toMatchObject([{ changedFiles: 1, written: 1 }]);
});

test('a folder that is away for a while is said, waited for, and read anew; nothing is removed for it', async () => {
  const from = updates.length;
  const away = `${folder}-away`;
  renameSync(folder, away);
  while (!said.includes('there is no file or folder')) await new Promise<void>((resolve) => waiting.push(resolve));
  expect((await paths()).length).toBe(4);
  writeFileSync(join(away, 'fish.md'), '# Fish\nFish swim in schools.\n');
  renameSync(away, folder);
  expect(await updatesUntil(from, (all) => all.length > 0)).toMatchObject([{ written: 1, removed: 1, pruned: 0 }]);
  // Watched again, in its old place.
  const next = updates.length;
  write('fish.md', '# Fish\nFish sleep.\n');
  expect(await updatesUntil(next, (all) => all.length > 0)).toMatchObject([{ changedFiles: 1, written: 1 }]);
});

test('deleting all files at once removes nothing, and says so', async () => {
  for (const name of ['birds.md', 'cats.md', 'fish.md', 'sub']) rmSync(join(folder, name), { recursive: true });
  while (!said.includes('--prune would remove all')) await new Promise<void>((resolve) => waiting.push(resolve));
  expect((await paths()).length).toBe(4);
});

test('Ctrl-C ends it', async () => {
  child.kill('SIGINT');
  expect(await exited).toEqual([130, null]);
  expect(said).toMatch(/error: stopped by SIGINT|"kind":"interrupted"/);
});

test('a watch needs a collection', async () => {
  const { stderr, exitCode } = await runQdx(['watch', 'docs'], { home });
  expect([stderr.split('\n')[1], exitCode]).toEqual(['qdx watch docs --collection docs', 2]);
});
