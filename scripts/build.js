/**
 * `npm run build`: dist, one file a module, by tsc; and from it the program as few files, dist/program, which Node opens in
 * half the time. What is native, large or rarely wanted stays a package of its own. The library (dist/index.js) is not bundled.
 */
import { execaSync } from 'execa';
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const program = join(dist, 'program');
const draft = `${program}.${process.pid}`;

// Types that are wrong fail the build, but leave no program older than the rest: tsc writes files all the same.
const { exitCode } = execaSync('tsc', ['-p', 'tsconfig.build.json'], {
  preferLocal: true,
  stdio: 'inherit',
  reject: false,
});
const bundle = await rolldown({
  // The folders are asked for before the rest, by bin/compile-cache.js.
  input: { cli: join(dist, 'cli.js'), folders: join(dist, 'core/config/folders.js') },
  platform: 'node',
  external: ['onnxruntime-node', '@huggingface/transformers', '@qdrant/js-client-rest', 'web-tree-sitter'],
});
await bundle.write({
  dir: draft,
  // CommonJS: the loader of ES modules alone would take a tenth of a search, and takes no compiled code on Node 20.
  format: 'cjs',
  dynamicImportInCjs: false,
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name].cjs',
});
rmSync(program, { recursive: true, force: true });
renameSync(draft, program);
process.exitCode = exitCode ?? 1;
