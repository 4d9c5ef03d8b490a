/**
 * What a collection holds when a run begins: the scan that later ones are compared with.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { planRanges } from '../points/ranges.ts';
import { scanChanges, type ScanInput } from './scan-changes.ts';
import type { ScanIndex } from './scan-index.ts';

export interface FirstScanInput extends Pick<ScanInput, 'side' | 'scan' | 'folder' | 'parallel'> {
  readonly shardKeys: readonly (string | number)[];
}

export async function scanFirst({ shardKeys, ...input }: FirstScanInput, run: RunOptions): Promise<ScanIndex> {
  const { side, folder } = input;
  const { ranges } = await planRanges(side.connection, { physical: side.physical, shardKeys }, run);
  const empty: ScanIndex['ranges'][number][] = [];
  for (const [number, range] of ranges.entries())
    empty.push(await (await folder.write('nothing', number, range)).finish());
  return scanChanges({ ...input, before: { ranges: empty } }, run);
}
