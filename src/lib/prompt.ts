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
  signal.throwIfAborted();
  streams.stderr.write(sanitizeForTerminal(`${question} [y/N] `));
  // Not in terminal mode: there readline would swallow Ctrl-C.
  const lines = createInterface({ input: streams.stdin, terminal: false });
  try {
    return /^\s*y(es)?\s*$/i.test(await firstLine(lines, signal));
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
