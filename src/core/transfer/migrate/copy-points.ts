/**
 * Copying: points of the source as they are, byte for byte, into a collection that may be laid out otherwise (shards,
 * replicas, index, quantization).
 */
import { type LayoutChanges, withLayout } from './layout.ts';
import type { FillStrategy } from './fill-strategy.ts';
import { isSameLine } from '../points/comparable-line.ts';

export const copyPoints = (changes: LayoutChanges): FillStrategy => ({
  way: 'copy',
  describe: async ({ description }) => withLayout(description, changes),
  make: async (points) => points,
  isCurrent: (source, staged) => isSameLine(source.line, staged.line),
  asksForChange: Object.keys(changes).length > 0,
  isExact: true,
});
