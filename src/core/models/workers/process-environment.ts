/**
 * What an encoder process gets of its caller's environment: only what native libraries and the runtime look at. Tokens and
 * API keys have no business in a process that reads texts.
 */

export type Environment = Readonly<Record<string, string | undefined>>;

const names = new Set([
  'PATH',
  'HOME',
  'LANG',
  'TMPDIR',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  // Windows: no process starts without the first, and the others are its HOME and TMPDIR.
  'SYSTEMROOT',
  'WINDIR',
  'USERPROFILE',
  'TEMP',
  'TMP',
]);

export const processEnvironment = (environment: Environment): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && isNeeded(entry[0].toUpperCase()),
    ),
  );

const isNeeded = (name: string): boolean => names.has(name) || /^(CUDA_|NVIDIA_|LC_)/.test(name);
