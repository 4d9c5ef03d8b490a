/**
 * Where qdx keeps things of this user: XDG on Linux, the platform's own places elsewhere.
 */
import { homedir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { QdxError } from '../../lib/errors.ts';

export interface UserFolders {
  readonly cache: string;
  readonly data: string;
  readonly config: string;
  readonly cwd: string;
}

/** All of them absolute. @throws QdxError `usage` for an account without a home. */
export function userFolders(
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
  cwd: string,
): UserFolders {
  const named = (variable: string): string | undefined => absolute(environment[variable]);
  const home = named('HOME') ?? absolute(homedir()) ?? homeOfAccount();
  const place = (variable: string, ...fallback: string[]) => join(named(variable) ?? join(home, ...fallback), 'qdx');
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
    const local = join(named('LOCALAPPDATA') ?? join(home, 'AppData', 'Local'), 'qdx');
    return { cache: join(local, 'cache'), data: join(local, 'data'), config: join(local, 'config'), cwd };
  }
  return {
    cache: place('XDG_CACHE_HOME', '.cache'),
    data: place('XDG_DATA_HOME', '.local', 'share'),
    config: place('XDG_CONFIG_HOME', '.config'),
    cwd,
  };
}

/** Empty and relative values count as not set, as the XDG Base Directory Specification asks: never a folder of the cwd. */
const absolute = (folder: string | undefined): string | undefined =>
  folder !== undefined && isAbsolute(folder) ? folder : undefined;

/** `homedir()` reads HOME as well; this is what the system says of the account. */
function homeOfAccount(): string {
  try {
    const { homedir: home } = userInfo();
    if (isAbsolute(home)) return home;
  } catch {
    // An account without an entry, as containers make them up.
  }
  throw new QdxError('usage', 'there is no home folder: HOME is not set, or is no absolute path', {
    hint: 'set HOME to the absolute path of a folder',
  });
}
