/**
 * A tool: what a client is told of it, what it takes and gives, and what it does. Transport and protocol are not its business.
 */
import type { z } from 'zod';
import type { RunOptions } from '../../lib/events.ts';
import type { Backend } from './backend.ts';

/** One call of a tool. */
export interface ToolCall {
  readonly backend: Backend;
  /** Stops with the client, or after the longest time that a call may take; hears what the caller should know. */
  readonly run: RunOptions;
  /** Sentences on what was left out, assumed or cut; they go to the client with the answer. */
  readonly notes: string[];
}

export interface Tool<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly title: string;
  /** For the model that decides whether to call it. */
  readonly description: string;
  /** Unknown parameters are refused: a misspelt filter must not widen a search. */
  readonly input: Input;
  /** snake_case, as payloads are. */
  readonly output: Output;
  /** Offered only where writing was allowed. */
  readonly writes: boolean;
  /** @throws QdxError, which the client gets as the answer of a call that failed. */
  call(input: z.output<Input>, call: ToolCall): Promise<z.input<Output>>;
}

/** Infers the types of input and output, and forgets them. */
export const defineTool = <Input extends z.ZodType, Output extends z.ZodType>(tool: Tool<Input, Output>): Tool => tool;
