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
  const samples: PrometheusSample[] = [];
  const types = new Map<string, string>();
  const helps = new Set<string>();
  const finished = new Set<string>();
  let current = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = /^# (HELP|TYPE) (\S+) (.*)$/u.exec(line);
    if (comment) {
      const [, kind = '', name = '', rest = ''] = comment;
      if (metricName.exec(name)?.[0] !== name) throw new Error(`bad metric name: ${line}`);
      if (kind === 'HELP' && helps.has(name)) throw new Error(`second HELP: ${line}`);
      if (kind === 'TYPE' && (types.has(name) || samples.some((sample) => sample.name === name)))
        throw new Error(`TYPE is late or doubled: ${line}`);
      if (kind === 'TYPE' && !/^(counter|gauge|histogram|summary|untyped)$/u.test(rest))
        throw new Error(`bad type: ${line}`);
      if (kind === 'HELP') helps.add(name);
      else types.set(name, rest);
      continue;
    }
    const sample = parseSample(line);
    if (!types.has(sample.name)) throw new Error(`no TYPE before ${line}`);
    if (sample.name !== current && finished.has(sample.name)) throw new Error(`lines of ${sample.name} are scattered`);
    finished.add(sample.name);
    current = sample.name;
    const twin = samples.find(
      (other) => JSON.stringify([other.name, other.labels]) === JSON.stringify([sample.name, sample.labels]),
    );
    if (twin) throw new Error(`doubled sample: ${line}`);
    samples.push(sample);
  }
  return samples;
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
