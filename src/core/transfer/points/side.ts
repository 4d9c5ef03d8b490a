/**
 * One end of a transfer: a collection on a server.
 */
import type { Connection } from '../../qdrant/connection/connection.ts';

export interface Side {
  readonly connection: Connection;
  /** The collection itself, no alias. */
  readonly physical: string;
}
