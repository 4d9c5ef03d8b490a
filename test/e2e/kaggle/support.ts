/**
 * A home with a stub `kaggle` on its PATH, and what went through it.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type QdxRun, runQdx, type RunQdxOptions, temporaryHome } from '../../helpers/run-qdx.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

export const helper = (name: string): string => join(import.meta.dirname, '../../helpers', name);

const knownVectors = helper('known-vectors.py');

export const python = ((): string | null => {
  try {
    execFileSync('python3', ['-c', ''], { stdio: 'ignore' });
    return 'python3';
  } catch {
    process.stdout.write('skipped: there is no python3, which runs the notebook in the place of Kaggle\n');
    return null;
  }
})();

export interface StubKaggle {
  readonly home: string;
  /** Where the stub keeps what it was given. */
  readonly root: string;
  readonly out: string;
  /** What goes wrong from now on. */
  set(scenario: object): void;
  calls(): string[][];
  embed(args: readonly string[], options?: RunQdxOptions): Promise<QdxRun>;
}

/** Vectors by text, for the notebook: those of a vectors file, of its chunks, and of the manifest itself. */
export function stubKaggle(): StubKaggle {
  const [home, root] = [temporaryHome(), temporaryFolder('stub-kaggle')];
  mkdirSync(join(home, 'bin'));
  symlinkSync(helper('stub-kaggle.js'), join(home, 'bin/kaggle'));
  const env = {
    PATH: [join(home, 'bin'), process.env['PATH'] ?? ''].join(delimiter),
    STUB_KAGGLE: root,
    STUB_VECTORS: join(root, 'vectors.json'),
  };
  const calls = join(root, 'calls.jsonl');
  return {
    home,
    root,
    out: join(home, 'work/vectors.jsonl'),
    set: (scenario) => writeFileSync(join(root, 'scenario.json'), JSON.stringify({ model: knownVectors, ...scenario })),
    calls: () => (existsSync(calls) ? linesOf(calls).map((line) => JSON.parse(line) as string[]) : []),
    embed: (args, options) =>
      runQdx(['embed', ...args, '--on', 'kaggle', '--kaggle-poll-ms', '20'], {
        home,
        ...options,
        env: { ...env, ...options?.env },
      }),
  };
}

export const linesOf = (path: string): string[] => readFileSync(path, 'utf8').trimEnd().split('\n');

interface AnyRecord {
  readonly id?: string;
  readonly text?: string;
  readonly vectorB64?: string;
}

/** Writes what the notebook's stand-in of a model looks up: text -> vector as qdx made it. */
export function writeKnownVectors(root: string, chunks: string, vectors: string, manifest: string): void {
  const records = (path: string) => linesOf(path).map((line) => JSON.parse(line) as AnyRecord);
  const byId = new Map(records(vectors).map(({ id, vectorB64 }) => [id, vectorB64]));
  const known = Object.fromEntries(
    records(chunks).flatMap(({ id, text }) => (text === undefined ? [] : [[text, byId.get(id)]])),
  );
  const { knownTexts } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    knownTexts: { text: string; vectorB64: string }[];
  };
  for (const { text, vectorB64 } of knownTexts) known[text] = vectorB64;
  writeFileSync(join(root, 'vectors.json'), JSON.stringify(known));
}
