/**
 * `bench judge`: a pool of what several ways to search return, to be judged by hand (Spärck Jones and van Rijsbergen 1975).
 * Hits stand in the order of their files, without scores, so that nobody judges by what the machine thought.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { stringifyJson } from '../../../lib/json.ts';
import { assertMayBecomeFile, createPartialFile } from '../../../lib/partial-file.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import type { Hit } from '../../retrieval/hits/hit.ts';
import type { SearchMode } from '../../retrieval/params.ts';
import type { SearchPlaces } from '../../retrieval/places.ts';
import type { JudgedQuery } from '../inputs/judged-set.ts';
import { askAll } from '../run/ask.ts';
import { createContender } from '../run/contender.ts';
import type { BenchInput } from '../run/bench-input.ts';

export interface JudgeInput extends Pick<BenchInput, 'set' | 'params' | 'seed'> {
  /** Hits of each way to search. */
  readonly poolDepth: number;
  readonly out: string;
}

export interface JudgePool {
  readonly out: string;
  readonly queries: number;
  /** Passages to judge. */
  readonly passages: number;
  readonly modes: readonly SearchMode[];
  readonly failed: readonly string[];
}

export async function buildPool(
  connection: Connection,
  { set, params, seed, poolDepth, out }: JudgeInput,
  places: SearchPlaces,
  run: RunOptions = {},
): Promise<JudgePool> {
  await assertMayBecomeFile(out);
  const modes: readonly SearchMode[] = params.mode === 'dense' ? ['dense'] : ['hybrid', 'dense', 'lexical'];
  const contenders = modes.map((mode) =>
    createContender(
      { name: mode, connection, places, params: { ...params, mode, modeIsExplicit: true, limit: poolDepth } },
      run,
    ),
  );
  const pools = new Map<string, Map<string, Hit>>();
  const failed: string[] = [];
  try {
    const asking = { contenders, queries: set.queries, rounds: 1, seed, stage: 'pooling' };
    for await (const { query, contender, outcome } of askAll(asking, run)) {
      const pool = pools.get(query.id) ?? new Map<string, Hit>();
      pools.set(query.id, pool);
      if (outcome.state === 'failed') failed.push(`${query.id} (${contender}): ${outcome.error.message}`);
      else for (const hit of outcome.response.hits) pool.set(`${hit.collection} ${String(hit.id)}`, hit);
    }
  } finally {
    for (const contender of contenders) await contender.close();
  }
  await writePool(out, set.queries, pools);
  const passages = [...pools.values()].reduce((sum, pool) => sum + pool.size, 0);
  return { out, queries: set.queries.length, passages, modes, failed };
}

/** The first lines of a passage; the file says where the rest is. */
const shownChars = 600;

/** The passage-judged format with grades to be filled in: 0 no answer, 1 helps, 2 answers fully. */
async function writePool(
  out: string,
  queries: readonly JudgedQuery[],
  pools: ReadonlyMap<string, ReadonlyMap<string, Hit>>,
): Promise<void> {
  const file = await createPartialFile(out);
  for (const { id, text, category, collection } of queries) {
    const hits = [...(pools.get(id)?.values() ?? [])].toSorted(byPlace);
    const line = {
      id,
      query: text,
      ...(category !== undefined && { type: category }),
      ...(collection !== undefined && { collection }),
      answers: hits.map(({ path, startLine, endLine, text: passage }) => ({
        path,
        start: startLine,
        end: endLine,
        grade: null,
        text: passage.slice(0, shownChars),
      })),
    };
    await file.write(Buffer.from(`${stringifyJson(line)}\n`));
  }
  await file.finish();
}

const byPlace = (a: Hit, b: Hit): number => (a.path === b.path ? a.startLine - b.startLine : a.path < b.path ? -1 : 1);
