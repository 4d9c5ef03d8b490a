/** A process with one session and its pairs as ready tensors: what the kernels alone take. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { getPriority, setPriority } from 'node:os';
import { bulkSession } from '../../dist/core/models/onnx/session-options.js';

// As the processes of qdx stand back, so that other work on the machine is the same to both.
setPriority(getPriority() + 5);

let session;
let feeds = [];

process.on('message', async (message) => {
  if (message === 'run') for (const feed of feeds) await session.run(feed, ['logits']);
  else {
    session = await InferenceSession.create(message.modelFile, bulkSession({ provider: 'cpu' }));
    feeds = message.pairs.map(({ ids, types }) => {
      const tensor = (values) => new Tensor('int64', BigInt64Array.from(values, BigInt), [1, ids.length]);
      const all = { input_ids: tensor(ids), attention_mask: tensor(ids.map(() => 1)), token_type_ids: tensor(types) };
      return Object.fromEntries(session.inputNames.map((name) => [name, all[name]]));
    });
  }
  process.send('done');
});
