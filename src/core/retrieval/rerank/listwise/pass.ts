/**
 * A pass of windows over a list, one after the other: each starts from what the one before made of the list.
 */
import { performance } from 'node:perf_hooks';
import type { RunOptions } from '../../../../lib/events.ts';
import { Failed } from '../remote/ask.ts';
import type { WindowAsker } from './ask-window.ts';
import { windowsOf } from './windows.ts';

export interface PassState {
  /** Indexes of the candidates, as they stand. */
  readonly order: number[];
  /** Candidates that stood in a window with an answer. */
  readonly compared: Set<number>;
  /** Windows without an answer, and what was put right in answers, by what it was. */
  readonly failures: Map<string, number>;
  asked: number;
  failed: number;
}

export interface PassQuestion {
  readonly asker: WindowAsker;
  readonly query: string;
  readonly texts: readonly string[];
  readonly onTime: (windowMs: number) => void;
}

export const newPass = (count: number): PassState => ({
  order: Array.from({ length: count }, (_, index) => index),
  compared: new Set(),
  failures: new Map(),
  asked: 0,
  failed: 0,
});

/** Over the first `depth` of the list; ends where a cap is reached. */
export async function runPass(state: PassState, depth: number, question: PassQuestion, run: RunOptions): Promise<void> {
  for (const [start, end] of windowsOf(Math.min(depth, state.order.length))) {
    run.signal?.throwIfAborted();
    const reason = await runWindow(state, start, end, question, run);
    if (reason === 'maxRequests' || reason === 'maxCost') return;
  }
}

/** @returns why it failed; null where it did not. */
async function runWindow(
  state: PassState,
  start: number,
  end: number,
  { asker, query, texts, onTime }: PassQuestion,
  run: RunOptions,
): Promise<string | null> {
  const window = state.order.slice(start, end);
  const from = performance.now();
  const answer = await asker.ask(
    query,
    window.map((index) => texts[index] ?? ''),
    run,
  );
  state.asked += 1;
  if (answer instanceof Failed) {
    state.failed += 1;
    count(state.failures, answer.reason, 1);
    return answer.reason;
  }
  onTime(performance.now() - from);
  state.order.splice(start, window.length, ...answer.order.flatMap((place) => window[place] ?? []));
  for (const index of window) state.compared.add(index);
  for (const [what, amount] of Object.entries(answer.repaired)) count(state.failures, what, amount);
  return null;
}

function count(failures: Map<string, number>, what: string, amount: number): void {
  if (amount > 0) failures.set(what, (failures.get(what) ?? 0) + amount);
}
