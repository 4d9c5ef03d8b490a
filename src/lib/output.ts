/**
 * The one way out: stdout is data, stderr is talk. The only module, besides bin, that touches the process's streams.
 */
import { once } from 'node:events';
import { createRedactor, type Redactor } from './redact.ts';
import { sanitizeForTerminal } from './terminal.ts';

/** What a render may know of the place it is shown in. */
export interface View {
  readonly columns: number;
  readonly isTty: boolean;
  readonly color: boolean;
}

export interface OutputOptions {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly color?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

export interface Output {
  /** How stdout is shown. */
  readonly view: View;
  readonly talkView: View;
  /** Values that must never be shown, added as they become known. */
  readonly redactor: Redactor;
  /** Writes data to stdout and waits until a slow reader has taken it. */
  data(text: string): Promise<void>;
  note(text: string): void;
  warn(text: string): void;
  error(text: string): void;
  trace(text: string): void;
  /** True once the reader of stdout has gone (`| head`): the run ends quietly. */
  readonly closed: boolean;
}

export function createOutput(options: OutputOptions): Output {
  const { stdout, stderr, quiet = false, verbose = false } = options;
  const redactor = createRedactor();
  let closed = false;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    closed = true;
  });
  const view = createView(stdout, options);
  const talkView = createView(stderr, options);
  const talk = (text: string) => {
    const safe = redactor.redact(text);
    stderr.write(`${talkView.isTty ? sanitizeForTerminal(safe) : safe}\n`);
  };
  return {
    view,
    talkView,
    redactor,
    get closed() {
      return closed;
    },
    async data(text) {
      if (closed || text === '') return;
      const line = redactor.redact(text.endsWith('\n') ? text : `${text}\n`);
      if (!stdout.write(line)) await Promise.race([once(stdout, 'drain'), once(stdout, 'close')]).catch(() => {});
    },
    note: (text) => {
      if (!quiet) talk(text);
    },
    warn: (text) => talk(`warning: ${text}`),
    error: (text) => talk(`error: ${text}`),
    trace: (text) => {
      if (verbose) talk(text);
    },
  };
}

function createView(stream: NodeJS.WriteStream, options: OutputOptions): View {
  // Absent, not false, where the stream is no terminal, whatever its type says.
  const isTty = Boolean(stream.isTTY);
  return { columns: stream.columns ?? 80, isTty, color: options.color ?? wantsColor(isTty, options.environment) };
}

/** `--color` flag > NO_COLOR non-empty > FORCE_COLOR > TERM=dumb > whether that stream is a terminal. */
function wantsColor(isTty: boolean, environment: OutputOptions['environment']): boolean {
  if (environment['NO_COLOR']) return false;
  const force = environment['FORCE_COLOR'];
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false';
  if (environment['TERM'] === 'dumb') return false;
  return isTty;
}
