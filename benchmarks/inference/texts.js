/** Chunks of the four corpora beside the repository, evenly taken; of qdx's own documents where those are absent. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chunkingSettings } from '../../dist/core/corpus/chunking/settings.js';
import { readCorpus } from '../../dist/core/corpus/read-corpus.js';
import { findModel } from '../../dist/core/models/find-model.js';
import { openTokenizer } from '../../dist/core/models/open-tokenizer.js';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const names = ['agent_kit', 'docling', 'inngest_overall', 'qdrant_ecosystem'];

export async function readTexts(limit) {
  const corpora = names
    .map((source) => ({ path: at(`../../../shared/corpora/${source}`), source }))
    .filter(({ path }) => existsSync(path));
  const own = [
    { path: at('../../docs'), source: 'docs' },
    { path: at('../../fixtures'), source: 'fixtures' },
  ];
  const roots = corpora.length === names.length ? corpora : own;
  const tokenizer = await openTokenizer(await findModel('all-MiniLM-L6-v2', { cacheFolder: '' }));
  const chunking = chunkingSettings({ maxTokens: 256 });
  const all = [];
  for (const root of roots) {
    const { chunks } = readCorpus({
      roots: [root],
      include: [],
      exclude: [],
      maxFileBytes: 2_000_000,
      includeSecrets: false,
      tokenizer,
      chunking,
    });
    for await (const { text, tokenCount } of chunks) all.push({ text, tokenCount });
  }
  const step = Math.max(1, all.length / limit);
  const taken = Array.from({ length: Math.min(limit, all.length) }, (_, index) => all[Math.floor(index * step)]);
  return {
    source: roots === own ? 'docs and fixtures of qdx' : names.join(', '),
    list: taken.map(({ text }) => text),
    tokens: taken.reduce((sum, { tokenCount }) => sum + tokenCount, 0),
    allChunks: all.length,
  };
}
