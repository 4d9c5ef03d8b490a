/**
 * Progress on a terminal: one redrawn line. cli-progress is loaded with the first event, so that short commands do not
 * pay for it; its own clock only paces the redraws, all figures come from ours.
 */
import type { Options, SingleBar } from 'cli-progress';
import type { Output } from '../output.ts';
import type { ProgressFace } from './progress.ts';
import { progressFigures, progressLine, type StageProgress } from './progress-figures.ts';
import { sanitizeForTerminal } from '../terminal.ts';

const barWidth = 20;

export function createBar(output: Output, stderr: NodeJS.WriteStream, now: () => number): ProgressFace {
  let current: StageProgress | null = null;
  let bar: SingleBar | null = null;
  let loading = false;
  const start = async () => {
    loading = true;
    const { SingleBar } = (await import('cli-progress')).default;
    loading = false;
    if (current === null) return;
    const options: Options & { terminal: object } = {
      fps: 8,
      forceRedraw: true,
      synchronousUpdate: false,
      clearOnComplete: true,
      format: () => (current ? barLine(current, now(), stderr.columns || 80) : ''),
      // Its own terminal saves and restores the cursor, which is wrong as soon as a line was written in between.
      terminal: plainTerminal(stderr),
    };
    bar = new SingleBar(options);
    output.draw({ clear: () => stderr.write('\r\u001B[2K'), redraw: () => bar?.render() });
    bar.start(1, 0);
  };
  return {
    show(progress) {
      current = progress;
      if (bar === null && !loading) void start();
    },
    end() {
      current = null;
      output.draw(null);
      bar?.stop();
      bar = null;
    },
  };
}

/** Cut to the width, so that it stays one line; the bar itself is the first to go. */
export function barLine(progress: StageProgress, nowMs: number, columns: number): string {
  const text = sanitizeForTerminal(progressLine(progress, nowMs)).replaceAll(/[\n\t]/g, ' ');
  const { fraction } = progressFigures(progress, nowMs);
  const room = Math.max(1, columns - 1);
  if (fraction === undefined || room < text.length + barWidth + 3) return text.slice(0, room);
  const full = Math.round(fraction * barWidth);
  return `[${'='.repeat(full)}${' '.repeat(barWidth - full)}] ${text}`;
}

/** The part of cli-progress's terminal that one line needs. */
function plainTerminal(stderr: NodeJS.WriteStream) {
  const nothing = () => {};
  return {
    isTTY: () => true,
    getWidth: () => stderr.columns || 80,
    write: (text: string) => stderr.write(text),
    cursorTo: () => stderr.write('\r'),
    clearRight: () => stderr.write('\u001B[K'),
    clearLine: () => stderr.write('\u001B[2K'),
    cursorSave: nothing,
    cursorRestore: nothing,
    cursor: nothing,
    lineWrapping: nothing,
    newline: nothing,
  };
}
