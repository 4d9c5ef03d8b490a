/**
 * One call from a client: bounded in time, counted, and answered in any case; what went wrong is an answer as well.
 */
import { isQdxError, QdxError } from '../../lib/errors.ts';
import type { QdxEvent, RunOptions } from '../../lib/events.ts';
import { escapeActingInJson } from '../../lib/terminal.ts';
import type { Backend } from './backend.ts';
import type { Tool } from './tool.ts';

/** What the protocol calls a CallToolResult. */
interface ToolAnswer {
  readonly [key: string]: unknown;
  readonly content: { readonly type: 'text'; readonly text: string }[];
  readonly structuredContent?: Record<string, unknown>;
  readonly isError?: true;
}

export type CallTool = (tool: Tool, input: unknown, run: RunOptions) => Promise<ToolAnswer>;

export interface CallLimits {
  readonly callTimeoutMs: number;
  /** Calls that are under way at once, those that wait for others counted. */
  readonly callsAtOnce: number;
}

/** Clients give up after 60 s; a call tells why before that. */
const usualCallLimits: CallLimits = { callTimeoutMs: 50_000, callsAtOnce: 64 };

export function createCallTool(backend: Backend, limits: CallLimits = usualCallLimits): CallTool {
  let underWay = 0;
  return async (tool, input, run) => {
    if (underWay >= limits.callsAtOnce)
      return failed(
        new QdxError('temporary', `${underWay} calls are under way already`, { hint: 'wait for some to end' }),
      );
    underWay += 1;
    const deadline = AbortSignal.timeout(limits.callTimeoutMs);
    const signal = run.signal ? AbortSignal.any([run.signal, deadline]) : deadline;
    const notes: string[] = [];
    try {
      const onEvent = (event: QdxEvent) => {
        if (event.type === 'note' || event.type === 'warning') notes.push(event.message);
        else if (event.type === 'trace') run.onEvent?.(event);
      };
      return answered(await tool.call(input, { backend, notes, run: { signal, onEvent } }));
    } catch (error) {
      const known = deadline.aborted ? tooSlow(tool, limits.callTimeoutMs) : error;
      backend.noteFailure(known);
      if (!isQdxError(known)) run.onEvent?.({ type: 'warning', message: bugOf(tool, known) });
      return failed(known);
    } finally {
      underWay -= 1;
    }
  };
}

/** The text is the very JSON: in it no passage can pass for anything but a value, and nothing in it acts on a terminal. */
function answered(output: unknown): ToolAnswer {
  const text = escapeActingInJson(JSON.stringify(output));
  return { content: [{ type: 'text', text }], structuredContent: output as Record<string, unknown> };
}

const failed = (error: unknown): ToolAnswer => ({
  content: [{ type: 'text', text: sentenceOf(error) }],
  isError: true,
});

function sentenceOf(error: unknown): string {
  if (!isQdxError(error)) return 'qdx failed in a way it does not know; its standard error says more';
  const { message, hint } = error;
  return inWordsOfTools(hint === undefined ? message : `${message}\n${hint}`);
}

const parameters: Readonly<Record<string, string>> = {
  '--min-score': 'min_score',
  '--mode': 'mode',
  '--path': 'path',
  '--subdirectory': 'subdirectory_filter',
};

/** Sentences of core name flags where a tool has parameters. */
const inWordsOfTools = (text: string): string =>
  text
    .split('\n')
    .map((line) => (line.includes('qdx ') ? line : line.replaceAll(/--[a-z-]+/g, (flag) => parameters[flag] ?? flag)))
    .join('\n');

const tooSlow = ({ name }: Tool, timeoutMs: number): QdxError =>
  new QdxError('temporary', `${name} had no answer within ${timeoutMs / 1000} s`, {
    hint: 'the Qdrant server may be down or busy; qdx server status, or qdx stats, tells',
  });

const bugOf = ({ name }: Tool, error: unknown): string =>
  `${name} failed: ${error instanceof Error ? String(error.stack) : String(error)}`;
