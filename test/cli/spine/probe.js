/**
 * The spine of qdx with commands that do what real ones do rarely: for tests of signals, pipes, prompts and errors.
 */
import { main } from '../../../dist/cli.js';
import { QdxError } from '../../../dist/lib/errors.js';

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const silent = { define: () => {} };
const json = (data) => ({ data, text: () => JSON.stringify(data) });

const modules = {
  /** Hostile or secret text, by every way out. */
  echo: {
    examples: ['qdx echo hello'],
    define: (command) => command.argument('<text>'),
    formats: ['jsonl'],
    run: async ({ args }, { onEvent }) => {
      for (const type of ['warning', 'note', 'trace']) onEvent({ type, message: args[0] });
      return {
        data: { text: args[0], [args[0]]: 1 },
        text: () => args[0],
        formats: { jsonl: () => JSON.stringify({ text: args[0] }) },
      };
    },
  },
  /** A document of `megabytes`. */
  big: {
    define: (command) => command.argument('<megabytes>'),
    run: async ({ args }) =>
      json({ items: Array.from({ length: Number(args[0]) * 1000 }, (_, i) => `${i}`.padEnd(997, 'x')) }),
  },
  /** Lines without end. */
  lines: {
    ...silent,
    run: async () => ({
      lines: (async function* endless() {
        for (let number = 0; ; number++) yield `{"number":${number}}`;
      })(),
    }),
  },
  /** Works in steps until it is asked to stop, then finishes its step. */
  wait: {
    define: (command) => command.option('--stubborn').option('--quietly'),
    run: async ({ flags }, { signal, onEvent }) => {
      onEvent({ type: 'note', message: 'ready' });
      for (let step = 0; step < 600 && (flags.stubborn || !signal.aborted); step++) await pause(50);
      onEvent({ type: 'note', message: 'checkpoint written' });
      if (!flags.quietly) signal.throwIfAborted();
      return json({ stopped: true });
    },
  },
  ask: {
    ...silent,
    run: async (_input, { confirm }) => {
      if (await confirm('delete everything?')) return json({ answer: 'yes' });
      throw new QdxError('refused', 'nothing was deleted');
    },
  },
  fail: {
    define: (command) => command.argument('<how>').argument('[text]'),
    run: async ({ args: [how, text] }) => {
      if (how === 'bug') throw new TypeError(`a bug with ${text}`);
      if (how === 'later') {
        setTimeout(() => {
          throw new Error(`out of nowhere with ${text}`);
        }, 0);
        await pause(1000);
      }
      throw new QdxError(how, `failed on ${text}`, { hint: `try ${text}`, details: { text, list: [text] } });
    },
  },
  progress: {
    define: (command) => command.argument('[steps]'),
    run: async ({ args }, { onEvent }) => {
      const total = Number(args[0] ?? 50);
      onEvent({ type: 'phase', name: 'embedding' });
      for (let done = 0; done <= total; done++) {
        onEvent({ type: 'progress', stage: 'embedding', done, total, unit: 'chunks', tokens: done * 100 });
        if (done === 20) onEvent({ type: 'warning', message: 'look here' });
        await pause(10);
      }
      return json({ done: true });
    },
  },
  gate: { ...silent, run: async () => ({ ...json({ passed: false }), outcome: 'gate' }) },
  stdin: {
    ...silent,
    run: async (_input, { stdin }) => {
      let sizeBytes = 0;
      for await (const piece of stdin) sizeBytes += piece.length;
      return json({ sizeBytes });
    },
  },
  time: { ...silent, run: async () => json({ number: 1234.5, big: 12345678901234567890n, at: new Date(0) }) },
};

const commands = Object.fromEntries(
  Object.entries(modules).map(([name, module]) => [name, { summary: `Does ${name}`, load: async () => module }]),
);

const members = { one: commands.gate, two: commands.gate };
await main(process, { ...commands, family: { summary: 'Two', members }, both: { ...commands.gate, members } });
