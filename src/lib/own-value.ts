/**
 * Look-ups by a name that somebody typed: `constructor` is a property of every object, and no entry of any record.
 */
export const ownValue = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;
