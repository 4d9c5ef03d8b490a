/**
 * The gap that giving up a plain collection left, as a sentence.
 */
import type { NameGap } from '../core/transfer/plain/give-up-plain.ts';

export function renderGap(name: string, { durationMs, isFenced, unreadMs }: NameGap): string {
  const gap = `${name} led nowhere for ${Math.ceil(durationMs)} ms`;
  return isFenced
    ? `${gap}; writers were held off before, so nothing that was written is lost`
    : `${gap}; what was written in the ${Math.ceil(unreadMs)} ms before it is not in the copy: this server has several peers, where writers cannot be held off`;
}
