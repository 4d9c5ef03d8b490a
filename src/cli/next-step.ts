/**
 * What to type next after an error that brings no hint of its own: by its kind, for the command that was typed.
 */
import type { ErrorKind } from '../lib/errors.ts';

/** @param command As typed: `qdx bench search`. */
export const nextStep = (kind: ErrorKind, command: string): string | undefined => steps[kind]?.(command);

const help = (command: string): string => `see ${command} --help`;
const examine = (): string => 'qdx doctor examines the installation, its models and the way to the server';

/** A run that was stopped has said already that the same command goes on. */
const steps: Readonly<Partial<Record<ErrorKind, (command: string) => string>>> = {
  usage: help,
  notFound: (command) => `correct the name, or see ${command} --help`,
  refused: help,
  denied: () => 'look at its permissions and its owner',
  failed: examine,
  verification: examine,
  temporary: () => 'run the same command again later; qdx doctor examines the way to the server',
};
