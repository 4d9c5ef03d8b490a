/**
 * F24: keys that stand twice in one object of a record. JSON takes the last, so the record is good; that the first is lost
 * is said, with its line, a few times, and counted.
 */
import type { OnEvent } from '../../../lib/events.ts';

export interface DoubledKeyLog {
  /** Records with doubled keys. */
  readonly count: number;
  add(keys: readonly string[], line: number, file: string | undefined): void;
}

/** Warnings of one upload; the rest is in the count. */
const said = 5;

export function createDoubledKeyLog(onEvent?: OnEvent): DoubledKeyLog {
  let count = 0;
  return {
    get count() {
      return count;
    },
    add(keys, line, file) {
      if (++count > said) return;
      const names = keys.map((key) => JSON.stringify(key)).join(', ');
      const place = `${file === undefined ? '' : `${file} `}line ${line}`;
      const more = count === said ? '; further ones are only counted' : '';
      onEvent?.({ type: 'warning', message: `${place}: ${names} stands twice, the last one was taken${more}` });
    },
  };
}
