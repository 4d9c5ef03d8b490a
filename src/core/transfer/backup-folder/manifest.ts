/**
 * `manifest.json`: what a backup holds, with the hash of every file and, last, its own. It is written when everything else is
 * on the disk: a folder without it is no backup. docs/backup-format.md is its specification.
 */
import { sha256Hex } from '../../../lib/hash.ts';
import { QdxError } from '../../../lib/errors.ts';
import { parseJson, stringifyJson } from '../../../lib/json.ts';
import type { IdRange } from '../points/scan-range.ts';

export const manifestName = 'manifest.json';
export const formatName = 'qdx-backup';
/** Raised when a reader of today would misread what is written tomorrow. */
export const formatVersion = 2;
/**
 * Of a whole backup of parts, or of one snapshot: written as before, for a reader of version 1 reads it right. One of several
 * machines' shards it would take for the whole, and snapshots of shards for nothing.
 */
export const wholeVersion = 1;

/** Whether anything was written to the collection while it was read; see docs/backup.md. */
export type Consistency =
  | 'scroll'
  | 'scroll-while-writing'
  | 'scroll-unchecked'
  | 'snapshot'
  | 'snapshot-while-writing'
  | 'snapshot-unchecked';
export type Compression = 'none' | 'gzip';

export interface BackupManifest {
  readonly format: typeof formatName;
  readonly version: number;
  /** The oldest qdx that reads this version of the format. */
  readonly needsQdx: string;
  readonly backupId: string;
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly qdxVersion: string;
  readonly source: { readonly url: string; readonly qdrantVersion: string };
  /** The Qdrant filter of `--filter`; null: all points. */
  readonly filter: unknown;
  readonly compression: Compression;
  /** One of several machines wrote it (version 2): the whole is this with its other shards. */
  readonly shard?: ShardOfRun | undefined;
  readonly collections: readonly BackedUpCollection[];
}

export interface ShardOfRun {
  readonly runId: string;
  /** 1-based. */
  readonly shard: number;
  readonly shards: number;
}

export interface BackedUpCollection {
  readonly name: string;
  readonly aliases: readonly string[];
  /** Its folder in the backup. */
  readonly folder: string;
  readonly points: number;
  /** Of all its points; see points-hash.ts. Null for a snapshot whose points are not known for certain. */
  readonly pointsHash: string | null;
  readonly consistency: Consistency;
  /** Exact counts of the server, before the first and after the last point was read. */
  readonly countBefore: number;
  readonly countAfter: number;
  readonly description: FileEntry;
  readonly parts: readonly PartEntry[];
  /** Of a shard: the ranges that it is of, whether there are points in them or not. */
  readonly covers?: readonly IdRange[] | undefined;
  /** Qdrant's own snapshot, instead of parts. */
  readonly snapshot?: FileEntry | undefined;
  /** One of Qdrant's own snapshots for each shard (version 2), instead of parts. */
  readonly shardSnapshots?: readonly ShardSnapshot[] | undefined;
}

export interface ShardSnapshot extends FileEntry {
  /** As Qdrant numbers them; what hashes to it is the same wherever a shard has this number and as many beside it. */
  readonly shard: number;
  readonly shardKey: string | number | null;
}

export interface FileEntry {
  readonly file: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Points of one range of ids, a line each, in the order of ids. */
export interface PartEntry extends FileEntry {
  readonly points: number;
  readonly pointsHash: string;
  /** JSON text of ids: `5`, `"0b5f…"`; the range is [from, to), null is open. */
  readonly from: string | null;
  readonly to: string | null;
  readonly shardKey: string | number | null;
}

/** Of which only a server can say what points are in it. */
export const isBySnapshot = ({ snapshot, shardSnapshots }: BackedUpCollection): boolean =>
  snapshot !== undefined || shardSnapshots !== undefined;

/** In the folder of the collection. */
export const filesOfCollection = ({
  description,
  parts,
  snapshot,
  shardSnapshots = [],
}: BackedUpCollection): readonly FileEntry[] => [
  description,
  ...parts,
  ...(snapshot ? [snapshot] : []),
  ...shardSnapshots,
];

const hashHead = '  "manifestSha256": "';
const hashTail = '"\n}\n';
const hashLineBytes = hashHead.length + 64 + hashTail.length;

/** The hash covers every byte before the line that holds it. */
export function encodeManifest(manifest: BackupManifest): Buffer {
  // stringifyJson for the bigints that a filter may hold, then laid out for people.
  const compact = stringifyJson(manifest);
  const covered = `${indent(compact).slice(0, -2)},\n`;
  return Buffer.from(`${covered}${hashHead}${sha256Hex(covered)}${hashTail}`);
}

/** One field a line at the top, one collection a block, one part a line: to be read with a pager, and compared with diff. */
function indent(compact: string): string {
  const { collections, ...head } = parseJson(compact) as BackupManifest;
  const fields = Object.entries(head).map(([key, value]) => `  ${JSON.stringify(key)}: ${stringifyJson(value)}`);
  const blocks = collections.map(({ parts, ...rest }) => {
    const lines = parts.map((entry) => `        ${stringifyJson(entry)}`);
    const list = lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n      ]`;
    return `    {\n      ${stringifyJson(rest).slice(1, -1)},\n      "parts": ${list}\n    }`;
  });
  return `{\n${fields.join(',\n')},\n  "collections": [\n${blocks.join(',\n')}\n  ]\n}`;
}

/**
 * @throws QdxError `verification` for a manifest that was changed or cut, `refused` for one of a newer format.
 */
export async function decodeManifest(bytes: Buffer, path: string): Promise<BackupManifest> {
  const covered = bytes.subarray(0, Math.max(0, bytes.length - hashLineBytes));
  const hashLine = bytes.toString('latin1', covered.length);
  const stated = hashLine.slice(hashHead.length, hashHead.length + 64);
  if (bytes.length === 0) throw damaged(path, 'it is empty');
  if (hashLine !== `${hashHead}${stated}${hashTail}` || !/^[0-9a-f]{64}$/u.test(stated))
    throw damaged(path, 'it does not end with its own sha256');
  const actual = sha256Hex(covered);
  if (actual !== stated)
    throw damaged(path, `it was changed after it was written: its sha256 is ${actual}, its last line says ${stated}`);
  const value = parseJson(bytes) as Partial<BackupManifest>;
  if (value.format !== formatName) throw damaged(path, `its format is ${JSON.stringify(value.format)}`);
  if (typeof value.version !== 'number' || value.version > formatVersion) throw newer(path, value);
  const { parseManifest } = await import('./manifest-schema.ts');
  return parseManifest(value, path);
}

export const damaged = (path: string, why: string): QdxError =>
  new QdxError('verification', `${path} is no sound manifest: ${why}`, {
    hint: 'take another copy of this backup, or make a new one',
    details: { file: path },
  });

const newer = (path: string, { version, needsQdx }: Partial<BackupManifest>): QdxError =>
  new QdxError(
    'refused',
    `${path} is of format version ${String(version)}; this qdx reads versions up to ${formatVersion}`,
    {
      hint: `use qdx ${needsQdx ?? 'of a later version'} or later: npm install -g qdx@latest`,
      details: { file: path, version, needsQdx },
    },
  );
