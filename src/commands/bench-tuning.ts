/**
 * `qdx bench quantization` and `qdx bench hnsw`: advisors on scratch copies of a collection's vectors.
 */
import type { Command } from 'commander';
import { join } from 'node:path';
import { tuningView } from '../core/bench/report/tuning-view.ts';
import { hnswBuilds, leastGraphRecall } from '../core/bench/suites/hnsw.ts';
import { leastQuantizedRecall, quantizationBuilds, searchAdvice } from '../core/bench/suites/quantization.ts';
import { type Build, tune, type TuningReport } from '../core/bench/suites/tuning.ts';
import { type Applied, applySetting } from '../core/bench/tuning/apply.ts';
import { readSource } from '../core/bench/tuning/source.ts';
import type { Connection } from '../core/qdrant/connection/connection.ts';
import { chooseCollections } from '../core/retrieval/choose-collections.ts';
import { QdxError } from '../lib/errors.ts';
import { defineKeeping, defineQueries, documentKeyOf, judgedSetOf } from './bench-flags.ts';
import { benchFormats, benchResult } from './bench-result.ts';
import type { CommandContext, CommandInput, CommandModule, CommandResult } from './command.ts';
import { listFlag } from './search-flags.ts';
import { searchPlaces } from './search-places.ts';
import { addSettingOptions } from './setting-options.ts';

export const benchQuantization: CommandModule = {
  formats: benchFormats,
  examples: [
    'qdx bench quantization -c docs',
    'qdx bench quantization -c docs --queries judged.jsonl --out runs/quantization',
    'qdx bench quantization -c docs --queries judged.jsonl --apply',
  ],
  define: (command) => defineTuning(command, 'quantization'),
  run: (command, context) => runTuning('quantization', command, context),
};

export const benchHnsw: CommandModule = {
  formats: benchFormats,
  examples: ['qdx bench hnsw -c docs', 'qdx bench hnsw -c docs --queries judged.jsonl --apply'],
  define: (command) => defineTuning(command, 'hnsw'),
  run: (command, context) => runTuning('hnsw', command, context),
};

type Suite = TuningReport['suite'];

function defineTuning(command: Command, suite: Suite): void {
  defineQueries(command);
  command.option(
    '--apply',
    `Set the recommended ${suite} on the collection, its configuration saved before and read back after`,
  );
  defineKeeping(command);
  addSettingOptions(command, ['bench.points', 'bench.queries', 'index.efSearch']);
}

async function runTuning(suite: Suite, command: CommandInput, context: CommandContext): Promise<CommandResult> {
  const { flags } = command;
  const named = listFlag(flags, 'collection');
  const { settings } = await context.settings(named.length === 1 ? named[0] : undefined);
  const hasQueries = flags['queries'] !== undefined || flags['starter'] === true;
  const set = hasQueries ? await judgedSetOf(flags, context) : null;
  const connection = await context.connect();
  const [collection, ...more] = await chooseCollections(connection, named, [], context, {
    command: `qdx bench ${suite} -c NAME`,
  });
  if (collection === undefined || more.length > 0)
    throw new QdxError('usage', `bench ${suite} is for one collection at a time: name it with -c`);
  const { efSearch } = settings.index;
  const { features } = await connection.server();
  const key = documentKeyOf(flags['documentId']);
  const builds = (source: { readonly dimension: number }): Build[] =>
    suite === 'hnsw'
      ? hnswBuilds(source, efSearch)
      : quantizationBuilds(source, { hasEncodings: features.binaryEncodings, efSearch });
  const report = await tune(
    connection,
    {
      suite,
      collection,
      vectorName: settings.vector.name,
      payloadKeys: settings.payloadKeys,
      set,
      seed: settings.bench.seed,
      maxPoints: settings.bench.points,
      maxQueries: settings.bench.queries,
      efSearch,
      builds,
      leastRecall: suite === 'hnsw' ? leastGraphRecall : leastQuantizedRecall,
      ...(key && { documentKey: key }),
    },
    searchPlaces(context, settings),
    context,
  );
  const applied =
    flags['apply'] === true
      ? await apply(connection, { report, collection, builds, vectorName: settings.vector.name }, context)
      : null;
  const whole = { ...report, applied };
  const advice = report.recommended ? searchAdvice(report.recommended) : '';
  return benchResult(command, context, { report: whole, view: tuningView(whole, advice), runs: {} });
}

interface Applying {
  readonly report: TuningReport;
  readonly collection: string;
  readonly vectorName: string;
  readonly builds: (source: { readonly dimension: number }) => readonly Build[];
}

/** @throws QdxError `gate` where nothing is recommended: nothing is changed then. */
async function apply(
  connection: Connection,
  { report, collection, vectorName, builds }: Applying,
  context: CommandContext,
): Promise<Applied> {
  const { recommended } = report;
  if (!recommended)
    throw new QdxError('gate', `nothing holds recall@10 ${report.leastRecall} on ${collection}: nothing was changed`);
  const source = await readSource(connection, collection, vectorName, context);
  const build = builds(source).find(({ name }) => name === recommended.build);
  await confirmed(context, `set ${recommended.build} on ${collection}?`);
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, '');
  return applySetting(
    connection,
    {
      source,
      patch: build?.patch ?? {},
      backup: join(context.folders.cwd, `${collection}-configuration-${stamp}.json`),
      commandLine: `qdx bench ${report.suite} --apply`,
    },
    context,
  );
}

async function confirmed(context: CommandContext, question: string): Promise<void> {
  if (!(await context.confirm(question))) throw new QdxError('refused', 'nothing was changed');
}
