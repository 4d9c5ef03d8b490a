/**
 * Flags that the suites of `qdx bench` share, and what they and the settings make.
 */
import type { Command } from 'commander';
import { type Limit, parseLimit } from '../../core/bench/gate/limits.ts';
import type { JudgedSet } from '../../core/bench/inputs/judged-set.ts';
import { readJudgedSet, starterSet } from '../../core/bench/inputs/read-judged-set.ts';
import type { DocumentKey } from '../../core/bench/metrics/document-key.ts';
import { parseMeasure } from '../../core/bench/metrics/measures.ts';
import type { BenchInput } from '../../core/bench/run/bench-input.ts';
import type { ResolvedSettings } from '../../core/config/resolve.ts';
import { QdxError } from '../../lib/errors.ts';
import type { CommandContext } from '../command.ts';
import { addEndpointOptions } from '../model-places.ts';
import { rerankSettings } from '../rerank-settings.ts';
import { listFlag, searchParams } from '../search/flags.ts';
import { addSettingOptions } from '../setting-options.ts';

type Flags = Readonly<Record<string, unknown>>;

const repeated = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value];

/** Where the queries come from, and which collections they ask. */
export function defineQueries(command: Command): void {
  command
    .option('-c, --collection <name>', 'Collection to ask (repeatable)', repeated)
    .option('--queries <path>', 'BEIR folder, judged JSON lines (a file, or a folder of them), TREC queries, or CSV')
    .option('--qrels <file>', 'TREC judgements of --queries')
    .option('--split <name>', 'BEIR: file below qrels/; absent: test, or the only one')
    .option('--starter', 'The judged queries that ship with qdx; without -c on the demo corpus, embedded for this run')
    .option('--document-id <what>', 'How judgements name a hit: source-id, path or point-id; absent: what fits most');
  addSettingOptions(command, [
    'search.mode',
    'search.candidates',
    'search.rescore',
    'search.oversampling',
    'bench.seed',
  ]);
}

/** What is measured, what must hold, and where it is kept. */
export function defineMeasuring(command: Command): void {
  command.option('--measure <name>', 'A further measure, such as ndcg@5 or recall@50 (repeatable)', repeated);
  defineLimits(command);
  defineKeeping(command);
  addSettingOptions(command, ['search.limit', 'bench.rounds', 'bench.depth', ...rerankSettings]);
  addEndpointOptions(command, 'query', true);
}

export function defineLimits(command: Command): void {
  command
    .option('--min <figure=value>', 'Fail below it: ndcg@10=0.8, recall=0.95 (repeatable)', repeated)
    .option('--max <figure=value>', 'Fail above it: p95=50ms, encode.p95=20ms (repeatable)', repeated);
}

/** @throws QdxError `usage` for what is no limit. */
export const limitsOf = (flags: Flags): Limit[] => [
  ...listFlag(flags, 'min').map((text) => parseLimit('min', text)),
  ...listFlag(flags, 'max').map((text) => parseLimit('max', text)),
];

export function defineKeeping(command: Command): void {
  command.option('--out <folder>', 'Keep the run: raw data as JSON, and the report in every form');
}

/** @throws QdxError `usage` where no queries were named, or two sources of them. */
export async function judgedSetOf(flags: Flags, context: CommandContext): Promise<JudgedSet> {
  const { queries, qrels, split } = flags;
  const isStarter = flags['starter'] === true;
  if (isStarter === (queries !== undefined))
    throw new QdxError(
      'usage',
      isStarter ? '--starter and --queries: name one of them' : 'which queries? Name them with --queries',
      {
        hint: 'qdx bench search --starter tries it on the demo corpus; docs/bench.md describes the formats',
      },
    );
  const input = {
    queries: typeof queries === 'string' ? queries : starterSet.queries,
    ...(typeof qrels === 'string' && { qrels }),
    ...(typeof split === 'string' && { split }),
  };
  return readJudgedSet(input, context.signal);
}

/** @param collections Those that were named, or the scratch collection of the starter set. */
export function benchInput(
  flags: Flags,
  resolved: Pick<ResolvedSettings, 'settings' | 'origins'>,
  { set, collections }: { readonly set: JudgedSet; readonly collections: readonly string[] },
): BenchInput {
  const documentKey = documentKeyOf(flags['documentId']);
  const { rounds, seed, depth } = resolved.settings.bench;
  return {
    rounds,
    seed,
    depth,
    set,
    // --exact of a bench is a comparison, not a way to search.
    params: { ...searchParams(flags, resolved, collections), exact: false },
    measures: listFlag(flags, 'measure').map((name) => parseMeasure(name).name),
    limits: limitsOf(flags),
    ...(documentKey && { documentKey }),
  };
}

const documentKeys: Readonly<Record<string, DocumentKey>> = {
  'source-id': 'sourceId',
  path: 'path',
  'point-id': 'pointId',
};

export function documentKeyOf(value: unknown): DocumentKey | undefined {
  if (value === undefined) return undefined;
  const key = typeof value === 'string' ? documentKeys[value] : undefined;
  if (key) return key;
  throw new QdxError('usage', `--document-id ${JSON.stringify(value)}: it is source-id, path or point-id`);
}
