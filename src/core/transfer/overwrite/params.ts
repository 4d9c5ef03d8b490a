/**
 * What an overwrite is asked for.
 */
import type { UploadFilesInput } from '../../qdrant/upload-files.ts';
import type { AskText, Confirm } from '../switch/guards.ts';
import type { OpenOverwriteGuards } from './closed-guards.ts';

export interface OverwriteParams {
  readonly upload: UploadFilesInput;
  readonly open: OpenOverwriteGuards;
  /** Where the backup gets a folder of its own; null: none is made. */
  readonly backupRoot: string | null;
  /** For the scans of the old collection. */
  readonly scratchFolder: string;
  /** Scans of the old collection after the first, at most. */
  readonly settleRounds: number;
  /** Leave writes behind that cannot be carried over, or do not end, and report them. */
  readonly allowConcurrentWrites: boolean;
  readonly confirm: Confirm;
  readonly ask: AskText;
}
