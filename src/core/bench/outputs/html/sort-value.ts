/**
 * The number that a written figure begins with, so that a page can sort by it: `12.5 ms`, `1.5 KB`, `−0.01`, `1,204`, `2.1x`.
 */
const factors: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1e3,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  x: 1,
  '%': 1,
};

/** Null of what is no figure. */
export function sortValue(text: string): number | null {
  const [, sign = '', digits, unit = ''] =
    /^([−+-]?)(\d[\d,]*(?:\.\d+)?) ?(ms|s|[KMGT]?B|x|%)?(?![\w.-])/.exec(text) ?? [];
  if (digits === undefined) return null;
  const value = Number(digits.replaceAll(',', '')) * (factors[unit] ?? 1);
  return sign === '−' || sign === '-' ? -value : value;
}
