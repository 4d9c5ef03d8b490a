/**
 * `npm run demo`: the main job on a small real corpus: embed a folder, upload it to a local Qdrant, search it three times.
 * Everything is done by the same binary that users type; this script only types for them.
 */
import { fileURLToPath } from 'node:url';
import { execaSync } from 'execa';

const root = fileURLToPath(new URL('..', import.meta.url));
const searches = [
  'how do I replace a collection without downtime',
  'retry with exponential backoff and jitter',
  'my query vector has the wrong number of dimensions',
];

const started = performance.now();
qdx('embed', '--collection', 'demo', 'fixtures/demo', '--source', 'demo');
for (const query of searches) qdx('search', query, '--collection', 'demo', '--limit', '3');
console.log(`
Done in ${((performance.now() - started) / 1000).toFixed(1)} s, offline, on a Qdrant of your own. Next:
  npx qdx search "your own question" -c demo --explain
  npx qdx embed --collection notes ~/path/to/your/docs
  npx qdx stats demo
  npx qdx server stop`);

function qdx(...args) {
  console.log(`\n$ qdx ${args.map((arg) => (arg.includes(' ') ? `"${arg}"` : arg)).join(' ')}`);
  const { exitCode } = execaSync('node', ['bin/qdx.js', ...args], { cwd: root, stdio: 'inherit', reject: false });
  if (exitCode !== 0) process.exit(exitCode ?? 1);
}
