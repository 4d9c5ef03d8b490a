/**
 * `qdx bench quantization` and `qdx bench hnsw`: advisors on scratch copies of a collection's vectors.
 */
import type { Command } from 'commander';
import { join } from 'node:path';
import { tuningView } from '../../core/bench/views/tuning-view.ts';
import { hnswBuilds } from '../../core/bench/suites/hnsw.ts';
import { quantizationBuilds, searchAdvice } from '../../core/bench/suites/quantization.ts';
import type { TuningBar } from '../../core/bench/gate/tuning-check.ts';
import { type Build, tune, type TuningReport } from '../../core/bench/suites/tuning.ts';
import type { TuningRow } from '../../core/bench/tuning/row.ts';
import { type Applied, applySetting } from '../../core/bench/tuning/apply.ts';
import { readSource } from '../../core/bench/tuning/source.ts';
import type { Settings } from '../../core/config/schema.ts';
import type { SettingPath } from '../../core/config/table.ts';
import type { Connection } from '../../core/qdrant/connection/connection.ts';
import { chooseCollections } from '../../core/retrieval/choose-collections.ts';
import { QdxError } from '../../lib/errors.ts';
import { defineKeeping, defineLimits, defineQueries, documentKeyOf, judgedSetOf, limitsOf } from './flags.ts';
import { benchFormats, benchResult, keeping } from './result.ts';
import type { CommandContext, CommandInput, CommandModule, CommandResult } from '../command.ts';
import { listFlag } from '../search/flags.ts';
import { searchPlaces } from '../search/places.ts';
import { addSettingOptions } from '../setting-options.ts';

export const benchQuantization: CommandModule = {
  formats: benchFormats,
  examples: [
    'qdx bench quantization -c docs',
    'qdx bench quantization -c docs --queries judged.jsonl --out runs/quantization',
    'qdx bench quantization -c docs --queries judged.jsonl --apply',
  ],
  define: (command) => defineTuning(command, 'quantization'),
  run: keeping((command, context) => runTuning('quantization', command, context)),
};

export const benchHnsw: CommandModule = {
  formats: benchFormats,
  examples: ['qdx bench hnsw -c docs', 'qdx bench hnsw -c docs --queries judged.jsonl --apply'],
  define: (command) => defineTuning(command, 'hnsw'),
  run: keeping((command, context) => runTuning('hnsw', command, context)),
};

type Suite = TuningReport['suite'];

function defineTuning(command: Command, suite: Suite): void {
  defineQueries(command);
  command.option(
    '--apply',
    `Set the recommended ${suite} on the collection, its configuration saved before and read back after`,
  );
  defineLimits(command);
  defineKeeping(command);
  const bar: readonly SettingPath[] =
    suite === 'hnsw' ? ['bench.graphRecall', 'bench.graphMedianMs', 'bench.graphTailMs'] : ['bench.quantizationRecall'];
  addSettingOptions(command, ['bench.points', 'bench.queries', 'index.efSearch', ...bar]);
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
    throw new QdxError('usage', `bench ${suite} is for one collection at a time: name it with -c`, {
      hint: `qdx bench ${suite} -c ${collection ?? 'docs'}`,
    });
  const limits = limitsOf(flags);
  // Asked before what takes minutes: nobody waits for a question, and no report is lost to the answer.
  if (flags['apply'] === true) await confirmed(context, `set the ${suite} that will be recommended on ${collection}?`);
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
      bar: barOf(suite, settings.bench),
      limits,
      ...(key && { documentKey: key }),
    },
    searchPlaces(context, settings),
    context,
  );
  const applied =
    flags['apply'] === true && report.recommended
      ? await apply(
          connection,
          { report, recommended: report.recommended, collection, builds, vectorName: settings.vector.name },
          context,
        )
      : null;
  const whole = { ...report, applied };
  const advice = report.recommended ? searchAdvice(report.recommended) : '';
  return benchResult(command, context, { report: whole, view: tuningView(whole, advice), runs: {} });
}

const barOf = (
  suite: Suite,
  { graphRecall, graphMedianMs, graphTailMs, quantizationRecall }: Settings['bench'],
): TuningBar =>
  suite === 'hnsw'
    ? { leastRecall: graphRecall, mostMs: { p50: graphMedianMs, p95: graphTailMs } }
    : { leastRecall: quantizationRecall };

interface Applying {
  readonly report: TuningReport;
  readonly recommended: TuningRow;
  readonly collection: string;
  readonly vectorName: string;
  readonly builds: (source: { readonly dimension: number }) => readonly Build[];
}

async function apply(
  connection: Connection,
  { report, recommended, collection, vectorName, builds }: Applying,
  context: CommandContext,
): Promise<Applied> {
  const source = await readSource(connection, collection, vectorName, context);
  const build = builds(source).find(({ name }) => name === recommended.build);
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
  if (!(await context.confirm(question)))
    throw new QdxError('refused', 'nothing was changed', { hint: 'leave --apply out to measure only' });
}
