/**
 * Shows what a run announces: a bar on a terminal, lines elsewhere, NDJSON for wrappers, nothing when quiet.
 */
import type { QdxEvent } from '../events.ts';
import type { Output } from '../output.ts';
import { createBar } from './progress-bar.ts';
import { finishedLine, nextProgress, type ProgressEvent, type StageProgress } from './progress-figures.ts';
import { createJsonProgress } from './progress-json.ts';
import { createLines } from './progress-lines.ts';

export type ProgressMode = 'bar' | 'lines' | 'json' | 'none';

/** One way to show a stage while it runs. Times are of a monotonic clock. */
export interface ProgressFace {
  show(progress: StageProgress, nowMs: number): void;
  /** The stage is over; its last line is written by the caller. */
  end(): void;
}

export interface ProgressReporter {
  readonly onEvent: (event: QdxEvent) => void;
  /** Ends what is drawn; a later event starts anew. */
  end(): void;
}

export interface ProgressChoices {
  readonly flag: ProgressMode | undefined;
  readonly quiet: boolean;
  readonly isTty: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** None where quiet was asked for; else the flag, else a bar where a person looks at a terminal that can draw one. */
export function progressMode({ flag, quiet, isTty, environment }: ProgressChoices): ProgressMode {
  if (quiet) return 'none';
  if (flag === 'bar') return isTty ? 'bar' : 'lines';
  if (flag !== undefined) return flag;
  return isTty && !environment['CI'] && environment['TERM'] !== 'dumb' ? 'bar' : 'lines';
}

export function createProgress(
  output: Output,
  stderr: NodeJS.WriteStream,
  mode: ProgressMode,
  now: () => number = () => performance.now(),
): ProgressReporter {
  const json = mode === 'json' ? createJsonProgress(output, now) : null;
  const face = mode === 'bar' ? createBar(output, stderr, now) : mode === 'lines' ? createLines(output) : null;
  // Stages overlap (texts are embedded while points are uploaded): the first that is not done is the one shown.
  const running = new Map<string, StageProgress>();
  const finish = (progress: StageProgress) => {
    if (isShown(progress.stage)) face?.end();
    running.delete(progress.stage);
    if (face && progress.done > progress.first.done) output.note(finishedLine(progress, now()));
  };
  const isShown = (stage: string) => running.keys().next().value === stage;
  const end = () => {
    for (const progress of running.values()) finish(progress);
  };
  /** A stage whose end is not known ends when the next one begins. */
  const finishOpenEnded = () => {
    for (const progress of running.values()) if (progress.total === undefined) finish(progress);
  };
  const onProgress = (event: ProgressEvent) => {
    if (!running.has(event.stage)) finishOpenEnded();
    const progress = nextProgress(running.get(event.stage) ?? null, event, now());
    running.set(event.stage, progress);
    const isDone = progress.total !== undefined && progress.done >= progress.total;
    // Its last line says it all, where there is one.
    const hasLastLine = isDone && progress.done > progress.first.done;
    if (isShown(event.stage) && !hasLastLine) face?.show(progress, now());
    if (isDone) finish(progress);
  };
  return {
    end,
    onEvent: (event) => {
      if (json && (event.type === 'progress' || event.type === 'phase' || event.type === 'step')) json(event);
      else if (event.type === 'progress') onProgress(event);
      else if (event.type === 'phase') end();
      else announce(event, output);
    },
  };
}

function announce(event: QdxEvent, output: Output): void {
  if (event.type === 'warning') output.warn(event.message);
  if (event.type === 'note') output.note(event.message);
  if (event.type === 'trace') output.trace(event.message);
}
