/**
 * Folders and files that no corpus wants: dependencies, version control, tool caches, generated text. They are left out
 * below a root only; a root named by the user is read whatever it is called.
 */
import picomatch from 'picomatch';

const folders = new Set([
  '.git',
  '.hg',
  '.svn',
  '.jj',
  'node_modules',
  'bower_components',
  'jspm_packages',
  '__pycache__',
  '__pypackages__',
  'site-packages',
  '.venv',
  'venv',
  '.tox',
  '.nox',
  '.mypy_cache',
  '.pytest_cache',
  '.ruff_cache',
  '.ipynb_checkpoints',
  '.gradle',
  '.idea',
  '.vs',
  '.cache',
  '.parcel-cache',
  '.next',
  '.nuxt',
  '.svelte-kit',
  '.turbo',
  '.yarn',
  '.pnpm-store',
  '.terraform',
  '.DS_Store',
]);

const isGenerated = picomatch(
  [
    '{package-lock,npm-shrinkwrap}.json',
    '{pnpm-lock,pubspec.lock}.{yaml,yml}',
    '{yarn,bun,Cargo,Gemfile,poetry,uv,composer,Pipfile,flake,pdm,mix,pubspec,Podfile,deno}.lock',
    '{bun.lockb,go.sum,gradle.lockfile,packages.lock.json}',
    '*.{min.js,min.mjs,min.css,js.map,mjs.map,cjs.map,css.map,d.ts.map,tsbuildinfo}',
  ],
  { dot: true },
);

export function isDependencyFolder(name: string): boolean {
  return folders.has(name);
}

export function isGeneratedFile(name: string): boolean {
  return isGenerated(name);
}
