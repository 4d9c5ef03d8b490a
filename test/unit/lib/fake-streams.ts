/**
 * Streams that keep what is written, as terminals or pipes.
 */
import { Writable } from 'node:stream';
import { createOutput } from '../../../src/lib/output.ts';

export class FakeStream extends Writable {
  readonly isTTY: boolean | undefined;
  columns: number | undefined;
  text = '';

  constructor(isTTY?: boolean, columns?: number) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
    this.columns = columns;
  }

  override _write(piece: string | Buffer, _encoding: string, done: () => void): void {
    this.text += piece.toString();
    done();
  }
}

export interface FakePlace {
  readonly tty?: boolean;
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
}

export function fakeOutput({ tty, columns, env = {} }: FakePlace = {}) {
  const stdout = new FakeStream(tty, columns);
  const stderr = new FakeStream(tty, columns);
  const asStream = (stream: FakeStream) => stream as unknown as NodeJS.WriteStream;
  const output = createOutput({ stdout: asStream(stdout), stderr: asStream(stderr), environment: env });
  return { output, stdout, stderr, stderrStream: asStream(stderr) };
}
