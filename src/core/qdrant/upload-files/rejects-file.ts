/**
 * `--rejects FILE`: one JSON line for every record that was turned away, with line and reason.
 */
import { stringifyJson } from '../../../lib/json.ts';
import { createPartialFile, type PartialFile } from '../../../lib/partial-file.ts';
import type { RejectedRecord, RejectSink } from '../upload/rejects.ts';

export interface RejectsFile {
  readonly add: RejectSink;
  /** Passes records on, no faster than the rejects among them are written. */
  readonly paced: <T>(records: AsyncIterable<T>) => AsyncGenerator<T, void, undefined>;
}

/** Rejects that may wait for the disk. */
const mostWaiting = 256;

/**
 * Works with a file for rejects; it gets its name also where there were none, and also where the work failed: they may be
 * why. It is opened before, so that a folder that is not there is found out first.
 * @throws QdxError where it cannot be written, once the work is done; what the work threw, where it failed.
 */
export async function withRejectsFile<T>(
  path: string,
  work: (rejects: RejectsFile) => Promise<T>,
  open: (path: string) => Promise<PartialFile> = createPartialFile,
): Promise<T> {
  const file = await open(path);
  const lines = lineWriter(file);
  let result: T;
  try {
    result = await work(lines);
  } catch (error) {
    await finish(file, lines).catch(() => {});
    throw error;
  }
  await finish(file, lines);
  return result;
}

async function finish(file: PartialFile, lines: { settle(): Promise<void> }): Promise<void> {
  try {
    await lines.settle();
    await file.finish();
  } catch (error) {
    await file.abandon();
    throw error;
  }
}

function lineWriter(file: PartialFile) {
  let writing = Promise.resolve();
  let waiting = 0;
  let failure: { readonly error: unknown } | null = null;
  const write = async (reject: RejectedRecord): Promise<void> => {
    try {
      if (!failure) await file.write(Buffer.from(`${stringifyJson(reject)}\n`));
    } catch (error) {
      failure = { error };
    }
    waiting--;
  };
  return {
    add: (reject: RejectedRecord): void => {
      waiting++;
      writing = writing.then(() => write(reject));
    },
    async *paced<T>(records: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
      for await (const record of records) {
        if (waiting >= mostWaiting) await writing;
        yield record;
      }
    },
    async settle(): Promise<void> {
      await writing;
      if (failure) throw failure.error;
    },
  };
}
