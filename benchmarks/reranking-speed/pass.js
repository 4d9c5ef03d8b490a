/** 100 pairs through the reranker, against the bare runs of the same pairs in two processes. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { median, round, timed } from '../host.js';

const load = (path) => import(new URL(`../../dist/core/${path}`, import.meta.url));
const query = 'how are points written to a collection that is being read';
const pairTokens = 128;
const workers = 2;

export async function measurePass({ model, rounds }) {
  const { findReranker } = await load('models/find-model.js');
  const { openPairTokenizer } = await load('models/pair-tokenizer.js');
  const { openCrossEncoder } = await load('retrieval/rerank/cross.js');
  const found = await findReranker(model, { cacheFolder: '' });
  const tokenizer = await openPairTokenizer(found);
  const texts = textsOf((text) => tokenizer.windows(query, text, 512)[0].ids.length);
  const candidates = texts.map((text, index) => ({ id: index, text, payload: {}, rank: index + 1 }));
  const params = { workers, crossModel: model };
  const reranker = await openCrossEncoder({ params, places: { findReranker: async () => found } }, {});
  const bare = await openBare(
    found.modelFile,
    texts.map((text) => tokenizer.windows(query, text, 512)[0]),
  );
  const rerank = () => reranker.rerank(query, candidates, {});
  await rerank();
  await bare.run();
  const times = { qdx: [], bare: [] };
  for (let index = 0; index < rounds; index++) {
    times.qdx.push(await timed(rerank));
    times.bare.push(await timed(() => bare.run()));
  }
  await reranker.close();
  bare.close();
  return {
    pairs: texts.length,
    ratio: round(median(times.qdx.map((ms, index) => ms / times.bare[index])), 3),
    medianMs: { qdx: round(median(times.qdx), 1), bare: round(median(times.bare), 1) },
    timesMs: times,
  };
}

/** Text of qdx's own documentation, in pieces that make pairs of the size that is asked about. */
function textsOf(tokensOf) {
  const docs = fileURLToPath(new URL('../../docs/', import.meta.url));
  const words = readdirSync(docs)
    .filter((name) => name.endsWith('.md'))
    .flatMap((name) => readFileSync(`${docs}${name}`, 'utf8').split(/\s+/));
  const texts = [];
  for (let at = 0; texts.length < 100 && at < words.length;) {
    let count = 40;
    while (tokensOf(words.slice(at, at + count).join(' ')) < pairTokens && count < 130) count++;
    texts.push(words.slice(at, at + count).join(' '));
    at += count;
  }
  return texts;
}

/** Each process gets half of the pairs once, and runs them all at each message. */
async function openBare(modelFile, pairs) {
  const entry = fileURLToPath(new URL('bare-session.js', import.meta.url));
  const longestFirst = pairs.toSorted((a, b) => b.ids.length - a.ids.length);
  const children = Array.from({ length: workers }, (_, seat) => {
    const child = fork(entry, [], { serialization: 'advanced' });
    child.send({ modelFile, pairs: longestFirst.filter((_pair, at) => at % workers === seat) });
    return child;
  });
  await Promise.all(children.map((child) => once(child, 'message')));
  return {
    run: async () => {
      const ended = children.map((child) => once(child, 'message'));
      for (const child of children) child.send('run');
      await Promise.all(ended);
    },
    close: () => children.forEach((child) => child.disconnect()),
  };
}
