/**
 * The embedded default: a Qdrant of this user on the loopback, one for each data folder, which stays up between commands.
 */
export { dataDirOf, findRunningServer, serverCommand } from './server/find-running.ts';
export { startLocalServer, type StartedServer, type StartInput } from './server/start.ts';
export { localServerStatus, type ServerStatus } from './server/status.ts';
export { stopLocalServer, type StoppedServer } from './server/stop.ts';
