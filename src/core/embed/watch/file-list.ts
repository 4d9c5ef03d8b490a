/**
 * Which files and folders the roots of a watch hold, by the rules of the walk.
 */
import { dirname } from 'node:path';
import type { Settings } from '../../config/schema.ts';
import type { CorpusRoot } from '../../corpus/roots.ts';
import { walk } from '../../corpus/walk/walk.ts';

/** Absolute paths, as the walk gives them. Memory: one path for each file. */
export interface FileList {
  readonly files: ReadonlySet<string>;
  readonly folders: ReadonlySet<string>;
}

type WalkSettings = Pick<Settings['embed'], 'include' | 'exclude' | 'includeSecrets' | 'followLinks'>;

/** @throws QdxError `notFound` for a root that is gone. */
export async function listFiles(
  roots: readonly CorpusRoot[],
  { include, exclude, includeSecrets, followLinks }: WalkSettings,
  signal?: AbortSignal,
): Promise<FileList> {
  const files = new Set<string>();
  const folders = new Set<string>();
  const onFolder = (folder: string) => void folders.add(folder);
  const options = { include, exclude, includeSecrets, followLinks, onFolder, ...(signal && { signal }) };
  for (const root of roots)
    for await (const { absolutePath } of walk(root.path, options, { add: () => {} })) {
      files.add(absolutePath);
      // Of a file that was named itself, the folder that tells of its changes.
      folders.add(dirname(absolutePath));
    }
  return { files, folders };
}

/** Files of `after` that are new or were reported as changed, and files of `before` that are gone or left out now. */
export function changedFiles(before: FileList, after: FileList, reported: ReadonlySet<string>): Set<string> {
  const changed = new Set<string>();
  for (const file of after.files) if (!before.files.has(file) || reported.has(file)) changed.add(file);
  for (const file of before.files) if (!after.files.has(file)) changed.add(file);
  return changed;
}

/** As where a folder's reports were lost. */
export const filesBelow = ({ files }: FileList, folder: string): string[] =>
  [...files].filter((file) => dirname(file) === folder);
