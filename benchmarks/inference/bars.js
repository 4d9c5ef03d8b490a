/** The bars of this bench, for the parts that ran. */

export function barsOf({ host, results }) {
  const { throughput, workers, loop, code } = results;
  return [
    ...(throughput?.ratios ? ratioBars(throughput.ratios) : []),
    ...(workers ? [atLeast('two workers to one', workers.ratio, 1.9)] : []),
    ...(loop ? loopBars(loop) : []),
    ...(code?.models ? codeBars(code.models, host.flags) : []),
  ];
}

const ratioBars = ({ toFp32AtDefaults, toInt8AtDefaults }) => [
  atLeast('chunks/s to transformers.js fp32 at its defaults', toFp32AtDefaults, 4),
  atLeast('chunks/s to transformers.js on the same int8 file at its defaults', toInt8AtDefaults, 1.3),
];

/** ms */
const lateness = 20;

const loopBars = ({ encoder, embed }) => [
  below('lateness of the event loop during a bulk embed, p99 in ms', encoder.p99Ms, lateness),
  below('the same over the whole of qdx embed', embed.p99Ms, lateness),
];

/** Seconds for 1,344 chunks on two cores, by what the processor has for int8. */
function codeBars(models, flags) {
  const has = (pattern) => flags.some((flag) => pattern.test(flag));
  const [seconds, why] = has(/^amx_int8$/) ? [120, 'AMX'] : has(/vnni$/) ? [200, 'VNNI alone'] : [];
  if (seconds === undefined) {
    console.log('        no bar for 1,344 chunks of code: this processor has neither AMX nor VNNI');
    return [];
  }
  return Object.entries(models).map(([name, { secondsFor1344 }]) =>
    below(`1,344 chunks of code, ${name}, in seconds with ${why}`, secondsFor1344, seconds),
  );
}

const atLeast = (title, figure, bar) => ({ title, figure, bar: `at least ${bar}`, isMet: figure >= bar });
const below = (title, figure, bar) => ({ title, figure, bar: `below ${bar}`, isMet: figure < bar });
