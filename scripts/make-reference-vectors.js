/**
 * Writes `reference.jsonl` beside the built-in model: vectors of its fp32 file for the parity texts, as verify-model
 * compares with. Needed again only when the texts or the weights change.
 *
 * `npm run build && node scripts/make-reference-vectors.js MODEL_FP32.onnx`
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findModel } from '../dist/core/models/find-model.js';
import { openTokenizer } from '../dist/core/models/open-tokenizer.js';
import { openSession } from '../dist/core/models/onnx/session.js';
import { bulkSession } from '../dist/core/models/onnx/session-options.js';
import { createTextEncoder } from '../dist/core/models/encoders/text-encoder.js';
import { parityTexts } from '../dist/core/verify-model/parity-texts.js';

const model = await findModel('all-MiniLM-L6-v2', { cacheFolder: '' });
const session = await openSession(process.argv[2], bulkSession({ provider: 'cpu' }));
const encoder = createTextEncoder({
  card: model.card,
  tokenizer: await openTokenizer(model),
  session,
  batchTokens: 0,
});
const lines = [];
for (const text of parityTexts) {
  const [{ vector }] = await encoder.encode([{ text, tokenVectors: false }]);
  lines.push(JSON.stringify({ text, vectorB64: Buffer.from(vector.buffer).toString('base64') }));
}
writeFileSync(join(model.folder, 'reference.jsonl'), `${lines.join('\n')}\n`);
await encoder.close();
