/**
 * Chunks a second of qdx against transformers.js's feature-extraction pipeline: fp32 at its defaults, and the same int8
 * file. Rounds are interleaved; a ratio is the median of the rounds' ratios.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { builtIn, encodeAll, openBulk } from './encode.js';
import { median, round, timed } from '../host.js';

const models = fileURLToPath(new URL('../../../shared/models/', import.meta.url));
const name = 'all-MiniLM-L6-v2';
/** What callers of the pipeline hand it at a time; it pads each array to its longest text. */
const batchSize = 32;

export async function measureThroughput({ texts, rounds, cacheFolder }) {
  if (!existsSync(`${models}${name}/onnx/model.onnx`)) return { skipped: '../shared/models has no fp32 file here' };
  const qdx = await openBulk(await builtIn(cacheFolder), { cacheFolder });
  const pipes = { fp32: await openPipe('fp32'), int8: await openPipe('int8') };
  const runs = {
    qdx: () => encodeAll(qdx, texts.list),
    'transformers.js fp32, batch 32': () => pipeAll(pipes.fp32, texts.list, batchSize),
    'transformers.js int8, batch 32': () => pipeAll(pipes.int8, texts.list, batchSize),
    'transformers.js int8, one by one': () => pipeAll(pipes.int8, texts.list, 1),
  };
  const agreement = await compareVectors(qdx, pipes.int8, texts.list.slice(0, 16));
  const times = Object.fromEntries(Object.keys(runs).map((key) => [key, []]));
  for (let index = 0; index < rounds; index++)
    for (const [key, run] of Object.entries(runs)) times[key].push(await timed(run));
  await qdx.close();
  const chunksPerSecond = Object.fromEntries(
    Object.entries(times).map(([key, ms]) => [key, round((1000 * texts.list.length) / median(ms), 1)]),
  );
  const ratioTo = (key) => round(median(times[key].map((ms, index) => ms / times.qdx[index])));
  return {
    chunks: texts.list.length,
    tokens: texts.tokens,
    chunksPerSecond,
    ratios: {
      toFp32AtDefaults: ratioTo('transformers.js fp32, batch 32'),
      toInt8AtDefaults: ratioTo('transformers.js int8, batch 32'),
      toInt8OneByOne: ratioTo('transformers.js int8, one by one'),
    },
    lowestCosineToInt8OneByOne: agreement,
    timesMs: times,
  };
}

async function openPipe(dtype) {
  const { env, pipeline } = await import('@huggingface/transformers');
  env.allowRemoteModels = false;
  env.localModelPath = models;
  return pipeline('feature-extraction', name, { dtype });
}

async function pipeAll(pipe, list, size) {
  for (let at = 0; at < list.length; at += size)
    await pipe(list.slice(at, at + size), { pooling: 'mean', normalize: true });
}

/** Both sides must do the same work. */
async function compareVectors(encoder, pipe, list) {
  const vectors = await encodeAll(encoder, list);
  const cosines = [];
  for (const [index, text] of list.entries()) {
    const { data } = await pipe([text], { pooling: 'mean', normalize: true });
    cosines.push(vectors[index].reduce((sum, value, column) => sum + value * data[column], 0));
  }
  return round(Math.min(...cosines), 5);
}
