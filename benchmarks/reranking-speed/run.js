/**
 * What reranking costs: a cross-encoder against its bare sessions, the cascade, and what is added to a listwise window.
 *
 *   npm run build && node benchmarks/reranking-speed/run.js [--python python3] [--model FOLDER] [--rounds 9] [--out FILE.json]
 *
 * Keeps the raw report in runs/; exit code 9 where a bar is missed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeHost } from '../host.js';
import { keepRun, reportBars } from '../keep-run.js';
import { measureCascade } from './cascade.js';
import { findCrossEncoder } from './cross-encoder.js';
import { measureListwise } from './listwise.js';
import { measurePass } from './pass.js';

const { values } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    model: { type: 'string' },
    rounds: { type: 'string', default: '9' },
    out: { type: 'string' },
  },
});

const work = mkdtempSync(join(tmpdir(), 'qdx-bench-'));
const rounds = Number(values.rounds);
const model = values.model ?? findCrossEncoder(values.python);
const results = {
  listwise: await measureListwise({ rounds }),
  ...(typeof model === 'string'
    ? { pass: await measurePass({ model, rounds }), cascade: await measureCascade({ model, work }) }
    : model),
};
rmSync(work, { recursive: true, force: true });
console.log(JSON.stringify(results, null, 2));

const below = (title, figure, bar) => ({ title, figure, bar: `below ${bar}`, isMet: figure < bar });
const bars = [
  below('added to a window of listwise, ms', results.listwise.addedMs, 5),
  ...(results.pass
    ? [
        {
          title: '100 pairs, against the bare sessions of two processes',
          figure: results.pass.ratio,
          bar: 'at most 1.1',
          isMet: results.pass.ratio <= 1.1,
        },
        below('the cascade late,cross over 100 candidates, p50 in ms', results.cascade.p50Ms, 300),
      ]
    : []),
];
if (!results.pass) console.log(`skipped: ${results.skipped}`);
reportBars(bars);
keepRun({ schemaVersion: 1, host: await describeHost(), rounds, results, bars }, import.meta.url, values.out);
