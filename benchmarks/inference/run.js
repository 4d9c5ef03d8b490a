/**
 * How fast texts become vectors, against transformers.js on the same weights and texts, in one run.
 *
 *   npm run build && node benchmarks/inference/run.js [--only throughput,workers,loop,code] [--chunks 480]
 *     [--rounds 3] [--code-model MODEL.onnx,…] [--python python3] [--code-chunks 1344] [--out FILE.json]
 *
 * Keeps the raw report in runs/; exit code 9 where a bar is missed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { keepRun, reportBars } from '../keep-run.js';
import { barsOf } from './bars.js';
import { measureCode } from './code.js';
import { findCodeModels } from './code-models.js';
import { describeHost } from '../host.js';
import { measureEventLoop } from './loop.js';
import { measureWorkers } from './pool.js';
import { readTexts } from './texts.js';
import { measureThroughput } from './throughput.js';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'throughput,workers,loop,code' },
    chunks: { type: 'string', default: '480' },
    rounds: { type: 'string', default: '3' },
    'code-model': { type: 'string', default: '' },
    python: { type: 'string', default: 'python3' },
    'code-chunks': { type: 'string', default: '1344' },
    out: { type: 'string' },
  },
});

const cacheFolder = mkdtempSync(join(tmpdir(), 'qdx-bench-'));
const rounds = Number(values.rounds);
const texts = await readTexts(Number(values.chunks));
const codeModels = values['code-model'].split(',').filter(Boolean);

const parts = {
  throughput: () => measureThroughput({ texts, rounds, cacheFolder }),
  workers: () => measureWorkers({ texts, rounds, cacheFolder }),
  loop: () => measureEventLoop({ texts, cacheFolder }),
  code: () =>
    measureCode({
      models: findCodeModels(codeModels, values.python),
      chunks: Number(values['code-chunks']),
      cacheFolder,
    }),
};

const report = {
  schemaVersion: 1,
  host: await describeHost(),
  corpus: { source: texts.source, chunks: texts.list.length },
  results: {},
};
console.log(JSON.stringify(report.host, null, 2));
for (const name of values.only.split(',')) {
  report.results[name] = await parts[name]();
  console.log(name, JSON.stringify(report.results[name], null, 2));
}
report.host.loadAfter = (await describeHost()).load;
report.bars = barsOf(report);
reportBars(report.bars);
keepRun(report, import.meta.url, values.out);
rmSync(cacheFolder, { recursive: true, force: true });
