/**
 * After an upload: every id of the input is read back.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { Connection } from '../connection/connection.ts';
import { type PointId, retrievePoints } from '../collection/points.ts';

const idsPerRequest = 1000;

/**
 * Number of ids that were compared.
 * @throws QdxError `verification` where one is missing.
 */
export async function assertAllPresent(
  connection: Connection,
  physical: string,
  ids: Iterable<string | bigint>,
  signal?: AbortSignal,
): Promise<number> {
  let compared = 0;
  const missing: PointId[] = [];
  for (const page of pages(ids)) {
    const found = await retrievePoints(connection, physical, page, {
      withPayload: false,
      withVector: false,
      ...(signal && { signal }),
    });
    compared += page.length;
    if (found.length === page.length) continue;
    const present = new Set(found.map(({ id }) => String(id)));
    missing.push(...page.filter((id) => !present.has(String(id))));
  }
  if (missing.length === 0) return compared;
  throw new QdxError(
    'verification',
    `${missing.length} of ${compared} points are not in ${physical} after the upload (the first: ${String(missing[0])})`,
    {
      hint: 'run the same command again; if they are missing again, another program deletes points there',
      details: { missing: missing.length, compared, first: missing.slice(0, 10).map(String) },
    },
  );
}

function* pages(ids: Iterable<string | bigint>): Generator<(string | bigint)[], void, undefined> {
  let page: (string | bigint)[] = [];
  for (const id of ids) {
    page.push(id);
    if (page.length < idsPerRequest) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
