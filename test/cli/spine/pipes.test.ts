import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { collect, runProbe, spawnProbe } from './run-probe.ts';

/** Reads one piece every `pauseMs`, as a slow program behind the pipe does. */
async function readSlowly(args: readonly string[], pauseMs: number) {
  const child = spawnProbe(args);
  const pieces: Buffer[] = [];
  const { stdout } = child;
  if (stdout === null) throw new Error('no stdout');
  const closed = once(child, 'close') as Promise<[number | null]>;
  for await (const piece of stdout) {
    pieces.push(piece as Buffer);
    if (pieces.length % 200 === 1) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return { text: Buffer.concat(pieces).toString(), exitCode: (await closed)[0] };
}

describe('F38: pipes', () => {
  test('100 MB of JSON arrive whole at a slow reader', async () => {
    const { text, exitCode } = await readSlowly(['big', '100', '--json'], 20);
    expect(exitCode).toBe(0);
    expect(text.length).toBeGreaterThan(100_000_000);
    const { items } = JSON.parse(text) as { items: string[] };
    expect([items.length, items.at(-1)]).toEqual([100_000, '99999'.padEnd(997, 'x')]);
  });

  test.for<[string, string[]]>([
    ['lines without end', ['lines']],
    ['lines of JSON without end', ['lines', '--json']],
    ['one large document', ['big', '20', '--json']],
    ['help', ['--help']],
  ])('%s into a pipe that is closed early: exit 0, no word', async ([, args]) => {
    const child = spawnProbe(args);
    const output = collect(child);
    const closed = once(child, 'close') as Promise<[number | null]>;
    child.stdout?.once('data', () => child.stdout?.destroy());
    expect((await closed)[0]).toBe(0);
    expect(output.stderr()).toBe('');
  });

  test('stderr closed early is no reason to stop', async () => {
    const child = spawnProbe(['progress']);
    child.stderr?.destroy();
    const output = collect(child);
    const [exitCode] = (await once(child, 'close')) as [number | null];
    expect([exitCode, output.stdout()]).toEqual([0, '{"done":true}\n']);
  });

  test('stdin reaches the command', async () => {
    expect((await runProbe(['stdin'], { input: 'x'.repeat(200_000) })).stdout).toBe('{"sizeBytes":200000}\n');
  });
});
