/**
 * One window: a chat request, and the order that its answer gives.
 */
import type { RunOptions } from '../../../../lib/events.ts';
import { type Endpoint, Failed } from '../remote/ask.ts';
import { type ParsedOrder, parseOrder } from './parse-order.ts';
import { answerTokens, listwisePrompt, textChars } from './prompt.ts';

export interface WindowAsker {
  /** @returns the order, or why there is none. */
  ask(query: string, texts: readonly string[], run: RunOptions): Promise<ParsedOrder | Failed>;
}

/** Texts are halved this often for a prompt that is longer than the model reads, as the authors do. */
const shrinks = 4;

export function createWindowAsker(endpoint: Endpoint, model: string): WindowAsker {
  // What one window was too long for, the next one is as well.
  let maxChars = textChars;
  return {
    ask: async (query, texts, run) => {
      const body = () => ({
        model,
        messages: listwisePrompt(query, texts, maxChars),
        // Servers have temperatures of their own otherwise, which costs 0.02 nDCG (castorini/rank_llm).
        temperature: 0,
        max_tokens: answerTokens(texts.length),
        stream: false,
      });
      const read = (json: unknown) => readAnswer(json, texts.length, endpoint);
      let answer = await endpoint.ask(body(), read, run);
      for (let turn = 0; turn < shrinks && answer instanceof Failed && answer.reason === 'tooLong'; turn++) {
        maxChars = Math.floor(maxChars / 2);
        answer = await endpoint.ask(body(), read, run);
      }
      return answer;
    },
  };
}

function readAnswer(json: unknown, count: number, { spending }: Endpoint): ParsedOrder | Failed {
  const { choices, usage } = asObject(json);
  const { prompt_tokens: prompt, completion_tokens: completion } = asObject(usage);
  spending.addUsage({ promptTokens: numberOf(prompt), completionTokens: numberOf(completion) });
  const choice = asObject(Array.isArray(choices) ? (choices as unknown[])[0] : undefined);
  const { content, refusal } = asObject(choice['message']);
  if (typeof refusal === 'string' || choice['finish_reason'] === 'content_filter') return new Failed('refused');
  return (typeof content === 'string' ? parseOrder(content, count) : null) ?? new Failed('malformed');
}

const asObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

const numberOf = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0);
