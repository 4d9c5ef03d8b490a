/**
 * Whether two lines, or a line and a record, are of one server.
 */
import type { Connection } from './connection.ts';

type Known = Pick<Connection, 'url' | 'serverId'>;

/** The local server may also have been named by its URL. */
export const isSameServer = (one: Known, other: Known): boolean =>
  one.serverId === other.serverId || one.url === other.url;

/** `recorded`: a server id, or the URL that records of the local server held before it had an id. */
export const isServerOf = ({ serverId, url }: Known, recorded: string): boolean =>
  recorded === serverId || recorded === url;
