/**
 * English function words that carry no topic in documentation or code. Words of code (`new`, `get`, `all`, `not`) stay.
 */
export const stopWords: ReadonlySet<string> = new Set(
  (
    'a an and are as at be been but by can could did do does for from had has have he her his how i if in into is it ' +
    'its me my of on or our she should so some such than that the their them then there these they this those to ' +
    'was we were what when where which while who why will with would you your'
  ).split(' '),
);
