/**
 * Looks of `qdx stats --watch`, as lines for the terminal or a program; and the file for Prometheus.
 */
import type { LiveStats, Look } from '../../core/live/live-stats.ts';
import { renderPrometheus } from '../../core/live/prometheus.ts';
import { stringifyJson } from '../../lib/json.ts';
import type { View } from '../../lib/output.ts';
import { writeWholeFile } from '../../lib/partial-file.ts';
import { clearScreen, paint } from '../../lib/style.ts';
import { renderStats } from './text.ts';

export interface LookOutput {
  readonly format: string;
  readonly view: View;
  /** Written at each look that saw the server. */
  readonly textfile: string | undefined;
}

export async function* lookLines(looks: AsyncIterable<Look>, output: LookOutput): AsyncGenerator<string> {
  for await (const look of looks) {
    if (output.textfile !== undefined && 'stats' in look) await writeTextfile(output.textfile, look.stats);
    yield renderLook(look, output);
  }
}

/** The collector never reads half of it. */
export async function writeTextfile(path: string, stats: LiveStats): Promise<void> {
  await writeWholeFile(path, renderPrometheus(stats));
}

function renderLook(look: Look, { format, view }: LookOutput): string {
  const at = new Date().toISOString();
  if (format.startsWith('json'))
    return stringifyJson({ schemaVersion: 1, at, ...('stats' in look ? look.stats : look) });
  if (format === 'prometheus') return 'stats' in look ? renderPrometheus(look.stats) : `# ${look.failed.message}\n`;
  const text =
    'stats' in look ? renderStats(look.stats, view) : `${paint(view, 'red', 'no answer:')} ${look.failed.message}`;
  return `${clearScreen(view)}${at}\n${text}\n`;
}
