/**
 * Keeps what V8 compiled of dist/program in the user's cache folder, so that the next start need not compile it again: a
 * tenth of a cold search. Node does it from 22.1 on (module.enableCompileCache); for Node 20 it is done here. Never fatal:
 * code that cannot be read, is not of these very files or not of this V8 is compiled as ever.
 */
'use strict';
const { existsSync, mkdirSync, readFileSync, renameSync, statSync, unlinkSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { dirname, join, resolve, sep } = require('node:path');
const vm = require('node:vm');

const program = resolve(__dirname, '../dist/program') + sep;

exports.keepCompiledCode = () => {
  try {
    const { userFolders } = require('../dist/program/folders.cjs');
    const folder = join(userFolders(process.env, process.platform, process.cwd()).cache, 'compiled');
    if (Module.enableCompileCache) Module.enableCompileCache(folder);
    else keepInFile(join(folder, `node-${process.version}-${process.arch}.bin`));
  } catch {
    // It only saves time.
  }
};

function keepInFile(file) {
  const known = readEntries(file);
  const used = new Map();
  let isNew = false;
  const compile = Module.prototype._compile;
  Module.prototype._compile = function (source, filename) {
    if (!filename.startsWith(program)) return compile.call(this, source, filename);
    const key = JSON.stringify([filename, statSync(filename).ctimeMs]);
    const cachedData = known.get(key);
    const script = new vm.Script(Module.wrap(source), { filename, ...(cachedData && { cachedData }) });
    isNew ||= !cachedData || script.cachedDataRejected === true;
    used.set(key, script);
    const require = Module.createRequire(filename);
    return script.runInThisContext().call(this.exports, this.exports, require, this, filename, dirname(filename));
  };
  process.once('exit', () => {
    if (isNew)
      writeEntries(file, new Map([...known, ...[...used].map(([key, script]) => [key, script.createCachedData()])]));
  });
}

/** Of a file that is this user's own: compiled code is run as it is. */
function readEntries(file) {
  try {
    if (process.getuid && statSync(file).uid !== process.getuid()) return new Map();
    const bytes = readFileSync(file);
    const end = bytes.indexOf('\n');
    let at = end + 1;
    return new Map(
      JSON.parse(bytes.toString('utf8', 0, end)).map(([key, length]) => [key, bytes.subarray(at, (at += length))]),
    );
  } catch {
    return new Map();
  }
}

/** Not of a file that was built or installed anew, or is gone. By ctime: npm gives all files of all versions one mtime. */
function isCurrent(key) {
  const [filename, ctimeMs] = JSON.parse(key);
  return statSync(filename, { throwIfNoEntry: false })?.ctimeMs === ctimeMs;
}

/** Whole or not at all: another qdx may read or write it at this moment. */
function writeEntries(file, entries) {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    const current = [...entries].filter(([key]) => isCurrent(key));
    const index = JSON.stringify(current.map(([key, data]) => [key, data.length]));
    const parts = [Buffer.from(`${index}\n`), ...current.map(([, data]) => data)];
    writeFileSync(draft, Buffer.concat(parts), { mode: 0o600 });
    renameSync(draft, file);
  } catch {
    // A full disk leaves a piece; a folder that cannot be written leaves nothing.
    if (existsSync(draft)) unlinkSync(draft);
  }
}
