/**
 * A strict reader of Prometheus text exposition 0.0.4, written from its specification
 * (https://prometheus.io/docs/instrumenting/exposition_formats/): throws at anything that a scraper would refuse.
 */
export interface PrometheusSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*/u;

export function parsePrometheus(text: string): PrometheusSample[] {
  if (!text.endsWith('\n')) throw new Error('the last line must end with a line feed');
  const state: State = { samples: [], seen: new Set(), declared: new Set() };
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = /^# (HELP|TYPE) (\S+) (.*)$/u.exec(line);
    if (comment) takeComment(comment, line, state);
    else takeSample(parseSample(line), line, state);
  }
  return state.samples;
}

interface State {
  readonly samples: PrometheusSample[];
  /** Name and labels of every sample. */
  readonly seen: Set<string>;
  /** `HELP name` and `TYPE name`. */
  readonly declared: Set<string>;
}

function takeComment([, kind = '', name = '', rest = '']: RegExpExecArray, line: string, state: State): void {
  if (metricName.exec(name)?.[0] !== name) throw new Error(`bad metric name: ${line}`);
  if (state.declared.has(`${kind} ${name}`)) throw new Error(`doubled: ${line}`);
  if (state.samples.some((sample) => sample.name === name)) throw new Error(`behind its samples: ${line}`);
  if (kind === 'TYPE' && !/^(counter|gauge|histogram|summary|untyped)$/u.test(rest))
    throw new Error(`bad type: ${line}`);
  state.declared.add(`${kind} ${name}`);
}

function takeSample(sample: PrometheusSample, line: string, { samples, seen, declared }: State): void {
  if (!declared.has(`TYPE ${sample.name}`)) throw new Error(`no TYPE before ${line}`);
  const isScattered = samples.at(-1)?.name !== sample.name && samples.some(({ name }) => name === sample.name);
  if (isScattered) throw new Error(`lines of ${sample.name} are scattered`);
  const key = JSON.stringify([sample.name, sample.labels]);
  if (seen.has(key)) throw new Error(`doubled sample: ${line}`);
  seen.add(key);
  samples.push(sample);
}

function parseSample(line: string): PrometheusSample {
  const name = metricName.exec(line)?.[0];
  if (name === undefined) throw new Error(`no metric name: ${line}`);
  let rest = line.slice(name.length);
  const labels: Record<string, string> = {};
  if (rest.startsWith('{')) {
    rest = rest.slice(1);
    while (!rest.startsWith('}')) {
      const label = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\[\\"n])*)",?/u.exec(rest);
      if (!label) throw new Error(`bad labels: ${line}`);
      labels[label[1] ?? ''] = (label[2] ?? '').replaceAll(/\\(.)/gu, (_whole, mark: string) =>
        mark === 'n' ? '\n' : mark,
      );
      rest = rest.slice(label[0].length);
    }
    rest = rest.slice(1);
  }
  const value = /^ (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|NaN|[+-]Inf)$/u.exec(rest)?.[1];
  if (value === undefined) throw new Error(`bad value: ${line}`);
  return { name, labels, value: Number(value.replace('Inf', 'Infinity')) };
}
