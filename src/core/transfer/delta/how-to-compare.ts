/**
 * What a person does where late writes could not be looked for.
 */
import { isSameServer } from '../../qdrant/connection/same-server.ts';
import type { Side } from '../points/side.ts';
import { shellText } from '../../../lib/shell-line.ts';

interface Compared {
  readonly old: Side;
  readonly current: Side;
  /** The points are the same on both sides: not those of a re-embedding. */
  readonly isCopy: boolean;
}

/** Half a sentence: the command that finds them; where none can, of two servers or models, what is to be compared. */
export function howToCompare({ old, current, isCopy }: Compared): string {
  if (isCopy && isSameServer(old.connection, current.connection))
    return shellText`to find them: qdx verify ${current.physical} --against ${old.physical}`;
  return `compare ${current.physical} on ${current.connection.url} with ${old.physical} on ${old.connection.url}`;
}
