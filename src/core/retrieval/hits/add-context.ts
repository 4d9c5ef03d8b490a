/**
 * Lines before and after a hit, from its neighbours in the collection: chunks of a file cover all its lines.
 */
import type { RunOptions } from '../../../lib/events.ts';
import type { PayloadField } from '../../corpus/chunk.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { keyOf } from '../../qdrant/collection/payload-keys.ts';
import { scrollPoints } from '../../qdrant/collection/points.ts';
import type { Hit } from './hit.ts';
import { isLinesOfFile, linesOf } from './hit-lines.ts';
import type { SearchTarget } from '../target.ts';
import { placedOf } from './to-hit.ts';

/** The collection that a hit is from. */
type Place = Pick<SearchTarget, 'name' | 'payloadKeys'>;

/** @returns the hit with up to `count` lines on either side; unchanged where its text is not lines of the file. */
export async function addContext<T extends ContextHit>(
  connection: Connection,
  hit: T,
  target: Place,
  count: number,
  run: RunOptions,
): Promise<T & Pick<Hit, 'before' | 'after'>> {
  if (count === 0 || !isLinesOfFile(hit)) return hit;
  const lines = await fileLines(connection, hit, { target, count, run });
  const range = (from: number, to: number): string[] => {
    const found: string[] = [];
    for (let line = from; line <= to; line++) {
      const text = lines.get(line);
      if (text !== undefined) found.push(text);
    }
    return found;
  };
  return {
    ...hit,
    before: range(hit.startLine - count, hit.startLine - 1),
    after: range(hit.endLine + 1, hit.endLine + count),
  };
}

type ContextHit = Pick<Hit, 'path' | 'source' | 'startLine' | 'endLine' | 'text' | 'chunker' | 'language'>;

interface Surroundings {
  readonly target: Place;
  readonly count: number;
  readonly run: RunOptions;
}

async function fileLines(
  connection: Connection,
  hit: ContextHit,
  { target, count, run }: Surroundings,
): Promise<Map<number, string>> {
  const key = (field: PayloadField): string => keyOf(field, target.payloadKeys);
  const must = [
    { key: key('source_path'), match: { value: hit.path } },
    ...(hit.source === undefined ? [] : [{ key: key('source'), match: { value: hit.source } }]),
    { key: key('start_line'), range: { lte: hit.endLine + count } },
    { key: key('end_line'), range: { gte: hit.startLine - count } },
  ];
  const lines = new Map<number, string>();
  for await (const { payload } of scrollPoints(connection, target.name, {
    filter: { must },
    withPayload: true,
    ...run,
  })) {
    const neighbour = placedOf(payload ?? {}, target.payloadKeys);
    if (isLinesOfFile(neighbour))
      for (const [index, text] of linesOf(neighbour.text).entries()) lines.set(neighbour.startLine + index, text);
  }
  return lines;
}
