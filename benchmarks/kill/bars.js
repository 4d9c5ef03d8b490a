/** What has to come out: nothing lost, doubled or changed, whatever was killed. */
const sum = (rows, key) => rows.reduce((total, row) => total + row[key], 0);

export function killBars({ sweeps, rounds, expected }) {
  const rows = [...sweeps, ...rounds];
  const counted = (title, key) => ({ title, figure: sum(rows, key), bar: '0', isMet: sum(rows, key) === 0 });
  const wrong = (title, isRight) => {
    const figure = rows.filter((row) => !isRight(row)).length;
    return { title, figure, bar: '0', isMet: figure === 0 };
  };
  const unreached = sweeps.filter(({ kills }) => kills === 0).length;
  return [
    { title: 'named steps at which no run was killed', figure: unreached, bar: '0', isMet: unreached === 0 },
    counted('points lost', 'lost'),
    counted('points doubled', 'doubled'),
    counted('points changed', 'changed'),
    counted('points too many', 'extra'),
    wrong('neither the old nor the new behind a name, after a kill', ({ isWhole }) => isWhole),
    wrong('not finished by the same command', ({ isDone }) => isDone),
    wrong('final content other than without a kill', ({ command, digest }) => digest === expected[command]),
  ];
}
