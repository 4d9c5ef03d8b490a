/**
 * Writes the reference pages and files that are made from the code: `npm run generate`.
 * With `--check` it writes nothing and fails when one of them is stale; `npm test` runs that.
 */
import { execaSync } from 'execa';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { commandsPage } from './pages/commands.js';
import { exitCodesPage } from './pages/exit-codes.js';
import { manPage } from './pages/man.js';
import { settingsPage, settingsSchemaFile, untouchedSettingsFile } from './pages/settings.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const files = {
  'docs/commands.md': () => commandsText,
  'docs/exit-codes.md': exitCodesPage,
  'docs/settings.md': settingsPage,
  'docs/settings.schema.json': settingsSchemaFile,
  'man/qdx.1': () => man,
  'src/core/config/untouched.json': () => untouched,
};

const commandsText = await commandsPage();
const untouched = await untouchedSettingsFile();
const man = await manPage();
const isCheck = process.argv.includes('--check');
const stale = Object.entries(files).filter(([path, make]) => !isCurrent(path, formatted(path, make())));
for (const [path] of stale) console.log(`${isCheck ? 'stale' : 'wrote'}: ${path}`);
if (isCheck && stale.length > 0) {
  console.log('run: npm run generate');
  process.exitCode = 1;
}

function isCurrent(path, text) {
  const file = `${root}${path}`;
  const current = existsSync(file) && readFileSync(file, 'utf8') === text;
  if (!current && !isCheck) writeFileSync(file, text);
  return current;
}

/** As the formatter would leave it, so that the two checks of `npm test` agree; it leaves Markdown and roff alone. */
function formatted(path, text) {
  if (/\.(md|1)$/.test(path)) return text;
  return execaSync('oxfmt', [`--stdin-filepath=${path}`], { cwd: root, preferLocal: true, input: text }).stdout + '\n';
}
