/**
 * The connection that the settings ask for: a server by URL, or the local one, started if need be.
 */
import type { Settings } from '../config/schema.ts';
import type { RunOptions } from '../../lib/events.ts';
import { QdxError } from '../../lib/errors.ts';
import type { Connection } from './connection.ts';

export interface ConnectInput extends RunOptions {
  readonly connection: Settings['connection'];
  /** The user's data folder. */
  readonly dataFolder: string;
  /** For PATH and for the child's environment. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export async function connect(_input: ConnectInput): Promise<Connection> {
  throw new QdxError('failed', 'not built');
}
