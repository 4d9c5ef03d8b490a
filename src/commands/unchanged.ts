/**
 * The result of a command that may find done what it was asked for.
 */
import { unlessSo } from '../core/transfer/switch/already-so.ts';
import type { CommandResult } from './command.ts';

/** `{status: "unchanged", reason, collection, hint}` where it does. */
export async function resultOrUnchanged(work: () => Promise<CommandResult>): Promise<CommandResult> {
  const outcome = await unlessSo(work);
  if (outcome.status === 'done') return outcome.result;
  const { reason, hint } = outcome;
  return {
    data: { schemaVersion: 1, ...outcome },
    text: () => [`${reason}; nothing was changed`, ...(hint === null ? [] : [hint])].join('\n'),
  };
}
