/**
 * Starts the local server of a data folder from dist and prints its process id: for tests that start several at once.
 */
import { startLocalServer } from '../../dist/core/qdrant/local-server.js';

const [, , dataDir, dataFolder] = process.argv;
const { pid } = await startLocalServer({ dataDir, dataFolder, environment: {} });
process.stdout.write(`${pid}\n`);
