/** One query vector with the built-in model; the process that run.js times. */
import { builtIn } from '../inference/encode.js';
import { openEncoder } from '../../dist/core/models/open-encoder.js';

const [, , cacheFolder] = process.argv;
const encoder = await openEncoder(await builtIn(cacheFolder), { device: 'cpu', workers: 1, use: 'query', cacheFolder });
await encoder.encode('how do I set the number of retries', { role: 'query' });
await encoder.close();
