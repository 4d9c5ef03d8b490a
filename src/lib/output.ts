/**
 * The one way out: stdout is data, stderr is talk. The only module, besides bin, that touches the process's streams.
 */
import { QdxError } from './errors.ts';
import { createRedactor, type Redactor } from './redact.ts';
import { showStyles } from './style.ts';
import { escapeActingInJson, sanitizeForTerminal } from './terminal.ts';

/** What a render may know of the place it is shown in. */
export interface View {
  readonly columns: number;
  readonly isTty: boolean;
  readonly color: boolean;
}

export interface OutputStreams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What the flags ask for; known only when they are parsed. */
export interface OutputChoices {
  readonly color?: 'always' | 'never';
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  /** Talk as one JSON object a line (`--progress json`). */
  readonly talkJson?: boolean;
}

/** A drawing at the end of stderr that steps aside for a line of text. */
interface Drawing {
  clear(): void;
  redraw(): void;
}

type TalkType = 'note' | 'warning' | 'error' | 'trace';

export interface Output {
  /** How stdout is shown. */
  readonly view: View;
  readonly talkView: View;
  readonly quiet: boolean;
  /** Values that must never be shown, added as they become known. */
  readonly redactor: Redactor;
  choose(choices: OutputChoices): void;
  /** Writes text to stdout and waits until a slow reader has taken it; on a terminal it is made inert. */
  data(text: string): Promise<void>;
  /** Writes a ready JSON document or line: the same value, with acting characters escaped. */
  json(text: string): Promise<void>;
  note(text: string): void;
  /** What to do about an error; shown with --quiet too. */
  hint(text: string): void;
  warn(text: string): void;
  error(text: string): void;
  trace(text: string): void;
  /** One JSON object as a line of stderr. */
  talkJson(value: Readonly<Record<string, unknown>>): void;
  /** Writes to the terminal behind stderr as it stands, for drawings. */
  draw(drawing: Drawing | null): void;
  /** True once the reader of stdout has gone (`| head`): the run ends quietly. */
  readonly closed: boolean;
}

export function createOutput({ stdout, stderr, environment }: OutputStreams): Output {
  const redactor = createRedactor();
  const write = createWriter(stdout);
  ignoreBrokenPipe(stderr);
  let choices: OutputChoices = {};
  let drawing: Drawing | null = null;
  const talkLine = (line: string) => {
    drawing?.clear();
    stderr.write(`${line}\n`);
    drawing?.redraw();
  };
  const talkJson = (value: Readonly<Record<string, unknown>>) =>
    talkLine(escapeActingInJson(redactor.redactJson(JSON.stringify(value))));
  const talk = (type: TalkType, prefix: string, text: string) => {
    if (choices.talkJson) return talkJson({ messageType: type, message: redactor.redact(text) });
    talkLine(showStyles(redactor.redact(`${prefix}${text}`), stderr.isTTY ? sanitizeForTerminal : undefined));
  };
  return {
    get view() {
      return createView(stdout, environment, choices);
    },
    get talkView() {
      return createView(stderr, environment, choices);
    },
    get quiet() {
      return choices.quiet === true;
    },
    redactor,
    choose: (next) => {
      choices = next;
    },
    data: (text) => write.line(showStyles(redactor.redactData(text), stdout.isTTY ? sanitizeForTerminal : undefined)),
    json: (text) => write.line(escapeActingInJson(redactor.redactJson(text))),
    note: (text) => {
      if (!choices.quiet) talk('note', '', text);
    },
    hint: (text) => talk('note', '', text),
    warn: (text) => talk('warning', 'warning: ', text),
    error: (text) => talk('error', 'error: ', text),
    trace: (text) => {
      if (choices.verbose) talk('trace', '', text);
    },
    talkJson,
    draw: (next) => {
      drawing = next;
    },
    get closed() {
      return write.closed();
    },
  };
}

/** Long texts go out in pieces, so that signals are heard between them. A piece never ends inside a surrogate pair. */
const pieceLength = 1 << 20;

function createWriter(stream: NodeJS.WriteStream) {
  let closed = false;
  let failure: NodeJS.ErrnoException | undefined;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    closed = true;
    if (error.code !== 'EPIPE') failure = error;
  });
  const writePiece = (piece: string) => new Promise<void>((resolve) => stream.write(piece, () => resolve()));
  return {
    closed: () => closed,
    async line(text: string): Promise<void> {
      if (text === '') return;
      const ended = text.endsWith('\n') ? text : `${text}\n`;
      for (let start = 0; start < ended.length;) {
        if (closed) break;
        const end = pieceEnd(ended, start + pieceLength);
        await writePiece(ended.slice(start, end));
        start = end;
      }
      if (failure) throw new QdxError('failed', `cannot write to stdout: ${failure.message}`, { cause: failure });
    },
  };
}

const pieceEnd = (text: string, end: number): number =>
  end < text.length && isHighSurrogate(text.charCodeAt(end - 1)) ? end - 1 : end;

const isHighSurrogate = (unit: number): boolean => unit >= 0xd8_00 && unit <= 0xdb_ff;

function ignoreBrokenPipe(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

function createView(
  stream: NodeJS.WriteStream,
  environment: OutputStreams['environment'],
  choices: OutputChoices,
): View {
  // Absent, not false, where the stream is no terminal, whatever its type says.
  const isTty = (stream.isTTY as boolean | undefined) ?? false;
  return { columns: stream.columns || 80, isTty, color: wantsColor(isTty, environment, choices.color) };
}

/** `--color` flag > NO_COLOR non-empty > FORCE_COLOR > TERM=dumb > whether that stream is a terminal. */
function wantsColor(isTty: boolean, environment: OutputStreams['environment'], flag: OutputChoices['color']): boolean {
  if (flag !== undefined) return flag === 'always';
  if (environment['NO_COLOR']) return false;
  const force = environment['FORCE_COLOR'];
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false';
  if (environment['TERM'] === 'dumb') return false;
  return isTty;
}
