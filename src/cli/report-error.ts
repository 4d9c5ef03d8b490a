/**
 * How a run that failed says so: two lines, or one JSON object, and an exit code.
 */
import { exitCodes, isQdxError, QdxError } from '../lib/errors.ts';
import type { Output } from '../lib/output.ts';
import { systemError } from '../lib/system-errors.ts';
import { version } from '../version.ts';
import { nextStep } from './next-step.ts';

export interface ErrorReport {
  readonly output: Output;
  readonly asJson: boolean;
  /** What was typed, for errors that bring no hint: `qdx bench search`. */
  readonly command: string;
}

/** Says it on stderr and returns the exit code. */
export function reportError(error: unknown, { output, asJson, command }: ErrorReport): number {
  const known = isQdxError(error) ? error : (systemError(error) ?? unknownError(error));
  const exitCode = exitCodes[known.kind];
  const hint = known.hint ?? nextStep(known.kind, command);
  if (asJson) {
    const { kind, message, details } = known;
    output.talkJson({ messageType: 'error', kind, exitCode, message, hint, details });
  } else {
    output.error(known.message);
    if (hint) output.hint(hint);
  }
  if (known.cause instanceof Error) output.trace(String(known.cause.stack));
  return exitCode;
}

/** Anything that is not a QdxError is a bug of qdx. */
function unknownError(error: unknown): QdxError {
  const stack = error instanceof Error ? String(error.stack) : String(error);
  return new QdxError('failed', `qdx ${version} failed in a way it does not know: ${stack.split('\n')[0]}`, {
    hint: `please report it with this text:\n${stack}`,
    details: { stack },
  });
}
