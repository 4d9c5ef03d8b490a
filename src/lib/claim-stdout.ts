/**
 * Stdout for a protocol alone. From the claim on, whatever else in this process writes to stdout (console.log of a library)
 * goes to stderr, so that the other side never reads a line that is not meant for it. Native code that writes to the
 * descriptor itself is beyond its reach.
 */
import { Writable } from 'node:stream';

export interface StandardStreams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** The only way to the real stdout from now on. */
export function claimStdout({ stdout, stderr }: StandardStreams): Writable {
  const write = stdout.write.bind(stdout);
  stdout.write = stderr.write.bind(stderr);
  return new Writable({
    decodeStrings: false,
    write: (chunk: string | Uint8Array, encoding, done) => {
      write(chunk, encoding, done);
    },
  });
}
