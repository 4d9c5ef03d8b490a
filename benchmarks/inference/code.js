/**
 * 1,344 chunks of code of about 315 tokens with a model of CodeRankEmbed's shape. Speed depends on the shape, not on the
 * weights: random ones are right here, and worthless for anything else.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { builtInCards } from '../../dist/core/models/cards/built-in-cards.js';
import { openTokenizer } from '../../dist/core/models/open-tokenizer.js';
import { builtIn, encodeAll, openBulk } from './encode.js';
import { round, timed } from '../host.js';

const chunkTokens = 315;
/** The bar is for two cores, whatever the machine has. */
const workers = 2;
const source = fileURLToPath(new URL('../../src/', import.meta.url));

export async function measureCode({ models, chunks, cacheFolder }) {
  if (models.skipped) return { skipped: models.skipped };
  const own = await builtIn(cacheFolder);
  const tokenizer = await openTokenizer(own);
  const texts = codeTexts(tokenizer, chunks);
  const tokens = texts.reduce((sum, text) => sum + tokenizer.count(text) + tokenizer.specialTokens, 0);
  const results = {};
  for (const [name, modelFile] of Object.entries(models.files))
    results[name] = await measureModel({ ...own, modelFile }, { texts, tokens, cacheFolder });
  return { chunks: texts.length, tokensPerChunk: round(tokens / texts.length, 0), models: results };
}

async function measureModel(own, { texts, tokens, cacheFolder }) {
  const card = builtInCards.find(({ name }) => name === 'nomic-ai/CodeRankEmbed');
  const encoder = await openBulk({ ...own, card, lockedFiles: {} }, { workers, cacheFolder });
  await encodeAll(encoder, texts.slice(0, 8));
  const hash = createHash('sha256');
  const ms = await timed(async () => {
    for (const vector of await encodeAll(encoder, texts)) hash.update(new Uint8Array(vector.buffer));
  });
  await encoder.close();
  return {
    seconds: round(ms / 1000, 1),
    secondsFor1344: round((ms / 1000) * (1344 / texts.length), 1),
    tokensPerSecond: round((1000 * tokens) / ms, 0),
    vectorsSha256: hash.digest('hex').slice(0, 16),
  };
}

/** Windows of lines of qdx's own source, each as near to the size as lines allow; read again from another line when it ends. */
function codeTexts(tokenizer, count) {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  const lines = files
    .sort()
    .flatMap((path) => readFileSync(source + path, 'utf8').split('\n'))
    .filter((line) => line.trim() !== '');
  const counts = lines.map((line) => tokenizer.count(line));
  const texts = [];
  for (let at = 0; texts.length < count;) {
    const start = at;
    for (let tokens = 0; tokens < chunkTokens - 10 && at < lines.length; at++) tokens += counts[at];
    if (at >= lines.length) at = texts.length % 97;
    else texts.push(lines.slice(start, at).join('\n'));
  }
  return texts;
}
