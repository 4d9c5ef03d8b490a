/**
 * Listwise: a language model that orders ten texts at a time (CodeRankLLM), behind any OpenAI-compatible chat endpoint.
 */
import { performance } from 'node:perf_hooks';
import type { OnEvent, RunOptions } from '../../../../lib/events.ts';
import { formatCount } from '../../../../lib/quantities.ts';
import type { Reranker, RerankerContext, Reranking } from '../port.ts';
import { openEndpoint } from '../remote/ask.ts';
import { remoteAddress, saySending } from '../remote/remote-params.ts';
import { createWindowAsker } from './ask-window.ts';
import { newPass, type PassQuestion, type PassState, runPass } from './pass.ts';
import { codeRankLlm } from './prompt.ts';
import { createSpeed, type Speed } from './speed.ts';
import { depthOf, windowSize, windowsOf } from './windows.ts';

export async function openListwise({ params }: RerankerContext, run: RunOptions): Promise<Reranker> {
  const { remote, budgetMs, depth } = params;
  const address = remoteAddress('listwise', remote, { path: 'chat/completions', version: 'v1/' });
  const endpoint = openEndpoint(address, remote);
  const model = remote.model ?? codeRankLlm;
  saySending('listwise', address, depth, run.onEvent);
  if (!/coderankllm/i.test(model))
    run.onEvent?.({
      type: 'note',
      message: `the listwise prompt is that of CodeRankLLM: models that were not trained with it, as ${model} may be, were seen to rank worse than no reranking`,
    });
  const asker = createWindowAsker(endpoint, model);
  const speed = createSpeed();
  let isSaid = false;
  return {
    kind: 'listwise',
    name: `${model} at ${address.host}`,
    rerank: async (query, candidates, options) => {
      const before = endpoint.spending.requests;
      const state = newPass(candidates.length);
      const texts = candidates.map(({ text }) => text);
      const question = { asker, query, texts, onTime: speed.add };
      const notes = await (budgetMs === undefined
        ? runWhole(state, speed, question, options)
        : runWithin(budgetMs, state, { speed, question }, options));
      // Of many queries the first says it; each answer holds its own.
      if (!isSaid) for (const message of notes) options.onEvent?.({ type: 'note', message });
      isSaid ||= notes.length > 0;
      return { ...outcomeOf(state, options.onEvent), requests: endpoint.spending.requests - before, notes };
    },
    close: async () => endpoint.close(),
  };
}

/** What the story asks of a reranking; a longer one is told the depth that would keep it. */
const usualBudgetMs = 500;

async function runWhole(state: PassState, speed: Speed, question: PassQuestion, run: RunOptions): Promise<string[]> {
  const startedAt = performance.now();
  await runPass(state, state.order.length, question, run);
  const tookMs = performance.now() - startedAt;
  const windowMs = speed.windowMs();
  if (tookMs <= usualBudgetMs || windowMs === null) return [];
  const allowed = depthOf(Math.floor(usualBudgetMs / windowMs));
  return [
    `${state.asked} windows took ${formatCount(windowMs)} ms each; ${usualBudgetMs} ms allow ${
      allowed === 0 ? 'not one of them' : `--rerank-depth ${allowed}`
    }`,
  ];
}

/**
 * As deep as the time allows at the speed seen so far. Where none was seen, the best ten are asked first, so that something
 * is gained even where the time ends with that.
 */
async function runWithin(
  budgetMs: number,
  state: PassState,
  { speed, question }: { readonly speed: Speed; readonly question: PassQuestion },
  run: RunOptions,
): Promise<string[]> {
  const startedAt = performance.now();
  const isFirst = speed.windowMs() === null;
  if (isFirst) await runPass(state, windowSize, question, run);
  const windowMs = speed.windowMs();
  if (windowMs === null) return [];
  const leftMs = budgetMs - (performance.now() - startedAt);
  const windows = Math.floor(leftMs / windowMs);
  const depth = Math.min(state.order.length, depthOf(windows));
  const isFurther = isFirst ? depth > windowSize : depth > 0;
  if (isFurther) await runPass(state, depth, question, run);
  const reached = isFurther ? depth : isFirst ? Math.min(windowSize, state.order.length) : 0;
  return reached === state.order.length
    ? []
    : [
        `${budgetMs} ms at ${formatCount(windowMs)} ms a window allow a depth of ${reached}: ${windowsOf(reached).length} windows, not ${windowsOf(state.order.length).length}`,
      ];
}

function outcomeOf(state: PassState, onEvent: OnEvent | undefined): Omit<Reranking, 'notes' | 'requests'> {
  const { order, compared, failures, asked, failed } = state;
  if (failed > 0) {
    const reasons = [...failures].map(([what, times]) => `${what} ${times}`).join(', ');
    const message = `${failed} of ${asked} windows gave no ranking (${reasons}): what they held keeps its order`;
    onEvent?.({ type: 'warning', message });
  }
  return {
    order: order.map((index) => ({ index })),
    scored: compared.size,
    failures: Object.fromEntries(failures),
  };
}
