/**
 * Whether a shell of the user's would find a program.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Folders that npm and npx put in front of a PATH for one run are not counted: no other program sees them.
 * @param path Value of the variable.
 */
export const isOnPath = (name: string, path: string | undefined): boolean =>
  (path ?? '')
    .split(delimiter)
    .some((folder) => folder !== '' && !/node_modules[\\/]\.bin$/.test(folder) && isProgram(join(folder, name)));

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
