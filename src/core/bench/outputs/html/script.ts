/**
 * The one script of the page: sorts tables by a column, and opens what is folded for print. Without it the page lacks
 * nothing else.
 */
export const pageScript = `
for (const table of document.querySelectorAll('table.figures')) {
  const body = table.tBodies[0];
  if (!body || body.rows.length < 3) continue;
  for (const head of table.querySelectorAll('thead th')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => sortBy(table, head));
  }
}
function sortBy(table, head) {
  const descends = head.getAttribute('aria-sort') === 'ascending';
  for (const other of table.querySelectorAll('th[aria-sort]')) other.removeAttribute('aria-sort');
  head.setAttribute('aria-sort', descends ? 'descending' : 'ascending');
  const value = (row) => row.cells[head.cellIndex]?.dataset.value;
  const words = (row) => row.cells[head.cellIndex]?.textContent ?? '';
  const compare = (a, b) =>
    value(a) !== undefined && value(b) !== undefined
      ? Number(value(a)) - Number(value(b))
      : Number(words(a) > words(b)) - Number(words(a) < words(b));
  const rows = [...table.tBodies[0].rows].sort((a, b) => (descends ? -compare(a, b) : compare(a, b)));
  table.tBodies[0].append(...rows);
}
addEventListener('beforeprint', () => {
  for (const folded of document.querySelectorAll('details')) folded.open = true;
});
`;
