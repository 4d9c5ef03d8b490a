/**
 * A report in Prometheus' text format, for a textfile collector.
 */
import type { ReportView, ViewFigure } from '../views/view.ts';

export function renderPrometheus({ figures, checks }: ReportView, suite: string, nowSeconds: number): string {
  const all: ViewFigure[] = [
    ...figures,
    ...checks.map(({ name, status }) => ({
      name: 'check_passed',
      labels: { check: name },
      value: status === 'failed' ? 0 : 1,
    })),
    // Only on success, so that its age tells how long nothing has passed.
    ...(checks.some(({ status }) => status === 'failed')
      ? []
      : [{ name: 'last_success_timestamp_seconds', labels: {}, value: nowSeconds }]),
  ];
  const names = [...new Set(all.map(({ name }) => name))];
  return names
    .map((name) => {
      const lines = all
        .filter((figure) => figure.name === name && Number.isFinite(figure.value))
        .map(({ labels, value }) => `qdx_bench_${name}${labelText({ suite, ...labels })} ${value}`);
      return [`# TYPE qdx_bench_${name} gauge`, ...lines].join('\n');
    })
    .join('\n')
    .concat('\n');
}

const labelText = (labels: Readonly<Record<string, string>>): string =>
  `{${Object.entries(labels)
    .map(
      ([name, value]) => `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
    )
    .join(',')}}`;
