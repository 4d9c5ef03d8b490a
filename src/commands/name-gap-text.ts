/**
 * The gap that giving up a plain collection left, as a sentence.
 */
import type { NameGap } from '../core/transfer/switch/plain/give-up-plain.ts';

/** Of `--allow-gap`, where a name is given to another collection. */
export const allowGapText =
  'Over a collection that is no alias: it is copied and deleted; its name leads nowhere for a moment, and writes fail';

/** Of `--confirm`, likewise. */
export const confirmText = 'The collection that a name leads to, where that is called otherwise (repeatable)';

/** For plans. */
export const gapToCome = (name: string): string =>
  `${name} is no alias: it is copied beside (its size on the server once more), deleted when both are equal, and leads nowhere for a moment (--allow-gap)`;

export function renderGap(name: string, { durationMs, isFenced, unreadMs }: NameGap): string {
  const gap = `${name} led nowhere for ${Math.ceil(durationMs)} ms`;
  return isFenced
    ? `${gap}; writers were held off before, so nothing that was written is lost`
    : `${gap}; what was written in the ${Math.ceil(unreadMs)} ms before it is not in the copy: this server has several peers, where writers cannot be held off`;
}
