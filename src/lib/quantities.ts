/**
 * Numbers for people. Never for machine output; the same in every locale, since nothing here asks for one.
 */

/** `1234567` -> `1,234,567`. */
export const formatCount = (value: number): string => String(Math.round(value)).replaceAll(/\B(?=(\d{3})+$)/g, ',');

/** `1 point`, `1,200 points`, `1 point has`: as many as there are. @param words In the plural: `points`, `points have`. */
export const counted = (count: number, words: string): string =>
  `${formatCount(count)} ${count === 1 ? singular(words) : words}`;

/** `queries` -> `query`, `points are` -> `point is`. */
const singular = (words: string): string =>
  words
    .split(' ')
    .map((word) => verbs.get(word) ?? word.replace(/ies$/, 'y').replace(/(?<=ch)es$|(?<!s)s$/, ''))
    .join(' ');

const verbs = new Map([
  ['are', 'is'],
  ['have', 'has'],
  ['were', 'was'],
  ['come', 'comes'],
]);

const byteUnits = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];

/** Powers of 1000: `1536` -> `1.5 KB`. */
export function formatBytes(sizeBytes: number): string {
  let value = sizeBytes;
  let unit = 0;
  for (; value >= 999.5 && unit < byteUnits.length - 1; unit++) value /= 1000;
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : Number(value.toFixed(1))} ${byteUnits[unit]}`;
}

/** `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 9_950) return `${Number((durationMs / 1000).toFixed(1))} s`;
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return twoUnits(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return twoUnits(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(minutes / 60);
  return twoUnits(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

/** Three digits where that says enough: `0.25`, `12.5`, `340`, `12,300`. */
export const formatRate = (value: number): string =>
  value >= 100 ? formatCount(value) : String(Number(value.toPrecision(3)));

const twoUnits = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;

/** Money, in whatever currency its price is; small amounts keep two telling digits: `12.40`, `0.0031`. */
export function formatAmount(amount: number): string {
  if (amount === 0 || amount >= 1) return amount.toFixed(2);
  return amount.toFixed(Math.min(12, 1 - Math.floor(Math.log10(amount))));
}
