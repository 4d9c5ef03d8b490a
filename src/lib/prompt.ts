/**
 * Asks a yes-or-no question on a terminal.
 */
import { createInterface } from 'node:readline';
import { QdxError } from './errors.ts';
import { sanitizeForTerminal } from './terminal.ts';

export interface PromptStreams {
  readonly stdin: NodeJS.ReadStream;
  readonly stderr: NodeJS.WriteStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A question needs somebody who sees it and can type; in CI there is nobody, whatever the streams say. */
const canAsk = ({ stdin, stderr, environment }: PromptStreams): boolean =>
  stdin.isTTY && stderr.isTTY && !environment['CI'];

/**
 * True for y or yes; an empty answer and the end of the input mean no.
 * @throws QdxError usage where nobody can be asked.
 */
export async function ask(question: string, streams: PromptStreams, signal: AbortSignal): Promise<boolean> {
  if (!canAsk(streams))
    throw new QdxError('usage', `nobody can be asked here: ${question}`, { hint: 'add --yes to answer yes' });
  return /^\s*y(es)?\s*$/i.test(await askLine(`${question} [y/N]`, streams, signal));
}

/** The line that is typed; empty at the end of the input, null where nobody can be asked. */
export const askForText = async (
  question: string,
  streams: PromptStreams,
  signal: AbortSignal,
): Promise<string | null> => (canAsk(streams) ? askLine(question, streams, signal) : null);

async function askLine(question: string, { stdin, stderr }: PromptStreams, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  stderr.write(sanitizeForTerminal(`${question} `));
  // Not in terminal mode: there readline would swallow Ctrl-C.
  const lines = createInterface({ input: stdin, terminal: false });
  try {
    return await firstLine(lines, signal);
  } finally {
    lines.close();
  }
}

const firstLine = (lines: ReturnType<typeof createInterface>, signal: AbortSignal): Promise<string> =>
  new Promise((resolve, reject) => {
    lines.once('line', resolve);
    lines.once('close', () => resolve(''));
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
