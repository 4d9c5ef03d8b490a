/**
 * A flag that may be typed several times.
 */

/** Empty where it was not typed. */
export const listFlag = (flags: Readonly<Record<string, unknown>>, name: string): string[] =>
  Array.isArray(flags[name]) ? flags[name].map(String) : [];
