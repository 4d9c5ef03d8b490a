/**
 * `--rejects FILE`: one JSON line for every record that was turned away, with line and reason.
 */
import { stringifyJson } from '../../../lib/json.ts';
import { createPartialFile } from '../../../lib/partial-file.ts';
import type { RejectedRecord, RejectSink } from '../upload/rejects.ts';

export interface RejectsFile {
  readonly add: RejectSink;
  /** Gives the file its name, also where there was nothing to write. */
  finish(): Promise<void>;
}

/** Opened before anything is uploaded, so that a folder that is not there is found out first. */
export async function createRejectsFile(path: string): Promise<RejectsFile> {
  const file = await createPartialFile(path);
  // Rejects come faster than a disk only in theory: what waits here is bounded by the batches on their way.
  let writing = Promise.resolve();
  return {
    add: (reject: RejectedRecord) => {
      writing = writing.then(() => file.write(Buffer.from(`${stringifyJson(reject)}\n`)));
    },
    finish: async () => {
      await writing;
      await file.finish();
    },
  };
}
