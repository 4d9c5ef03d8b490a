/**
 * Where qdx keeps things of this user: XDG on Linux, the platform's own places elsewhere.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';

export interface UserFolders {
  readonly cache: string;
  readonly data: string;
  readonly config: string;
  readonly cwd: string;
}

export function userFolders(
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
  cwd: string,
): UserFolders {
  const home = environment['HOME'] ?? homedir();
  const place = (variable: string, ...fallback: string[]) =>
    join(environment[variable] || join(home, ...fallback), 'qdx');
  if (platform === 'darwin') {
    const library = join(home, 'Library');
    return {
      cache: join(library, 'Caches', 'qdx'),
      data: join(library, 'Application Support', 'qdx'),
      config: place('XDG_CONFIG_HOME', '.config'),
      cwd,
    };
  }
  if (platform === 'win32') {
    const local = join(environment['LOCALAPPDATA'] || join(home, 'AppData', 'Local'), 'qdx');
    return { cache: join(local, 'cache'), data: join(local, 'data'), config: join(local, 'config'), cwd };
  }
  return {
    cache: place('XDG_CACHE_HOME', '.cache'),
    data: place('XDG_DATA_HOME', '.local', 'share'),
    config: place('XDG_CONFIG_HOME', '.config'),
    cwd,
  };
}
