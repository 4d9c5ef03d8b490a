/**
 * `bench load`: how many users at once does search bear? Each asks one query after the other, without a pause.
 */
import { performance } from 'node:perf_hooks';
import type { RunOptions } from '../../../lib/events.ts';
import { openSockets, processUsage, usageOf } from '../../../lib/process-usage.ts';
import { latencyOf, type Latency } from '../../../lib/statistics/latency.ts';
import { createRandom, shuffled } from '../../../lib/statistics/random.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { readTelemetry } from '../../qdrant/stats/telemetry.ts';
import type { SearchPlaces } from '../../retrieval/places.ts';
import { checkLimits } from '../gate/limits.ts';
import { hostNotes, type Report, reportHead } from '../run/report.ts';
import { type Asked, askOne, warmUp } from '../run/ask.ts';
import { type BenchInput, collectionsOf } from '../run/bench-input.ts';
import { createContender, type OpenContender } from '../run/contender.ts';

export interface LoadBenchInput extends BenchInput {
  /** Numbers of users, one run each. */
  readonly users: readonly number[];
  /** Of the server, where it runs on this machine. */
  readonly serverPid: number | null;
}

interface LoadStep {
  readonly users: number;
  readonly queriesPerSecond: number;
  readonly latency: Latency | null;
  readonly failed: number;
  /** Most connections of this process at one moment, those to the server among them. */
  readonly sockets: number;
  /** Shares of one core. */
  readonly clientCpu: number;
  readonly serverCpu: number | null;
  readonly serverResidentBytes: number | null;
}

export interface LoadReport extends Report {
  readonly suite: 'load';
  readonly steps: readonly LoadStep[];
}

export async function benchLoad(
  connection: Connection,
  input: LoadBenchInput,
  places: SearchPlaces,
  run: RunOptions = {},
): Promise<LoadReport> {
  const { set, params, seed, users } = input;
  const head = await reportHead(connection, { suite: 'load', seed, set, collections: collectionsOf(input) }, run);
  const contender = createContender({ name: 'load', connection, params, places }, run);
  try {
    const [first] = set.queries;
    if (first) await warmUp([contender], first, run);
    const steps: LoadStep[] = [];
    for (const count of users) steps.push(await loadStep(connection, contender, { ...input, count }, run));
    const last = steps.at(-1)?.latency;
    const figures = last ? { 'total.p50': last.p50Ms, 'total.p95': last.p95Ms, 'total.p99': last.p99Ms } : {};
    return {
      ...head,
      suite: 'load',
      steps,
      checks: checkLimits(input.limits, figures),
      notes: [
        ...set.warnings,
        ...hostNotes(head),
        'all users share this one process: queries are encoded one after the other, and client and server share the processor where they share the machine',
        ...(input.serverPid === null
          ? ["the server's CPU is not known: it is not one that qdx started on this machine"]
          : []),
      ],
      failedQueries: steps.reduce((sum, { failed }) => sum + failed, 0),
    };
  } finally {
    await contender.close();
  }
}

interface Step extends LoadBenchInput {
  readonly count: number;
}

/** Shorter than a query takes: idle connections do not show. */
const socketSampleMs = 2;

async function loadStep(
  connection: Connection,
  contender: OpenContender,
  { set, rounds, seed, count, serverPid }: Step,
  run: RunOptions,
): Promise<LoadStep> {
  const random = createRandom(seed);
  const waiting = Array.from({ length: rounds }, () => shuffled(set.queries, random)).flat();
  const total = waiting.length;
  const outcomes: Asked['outcome'][] = [];
  const times: number[] = [];
  let sockets = 0;
  const server = () => (serverPid === null ? null : usageOf(serverPid));
  const before = { at: performance.now(), cpuMs: processUsage().cpuMs, server: server() };
  const user = async (): Promise<void> => {
    for (let query = waiting.pop(); query; query = waiting.pop()) {
      run.signal?.throwIfAborted();
      const from = performance.now();
      const outcome = await askOne(await contender.searcher(query), query.text, run);
      outcomes.push(outcome);
      if (outcome.state === 'answered') times.push(performance.now() - from);
      run.onEvent?.({ type: 'progress', stage: `${count} users`, done: outcomes.length, total, unit: 'queries' });
    }
  };
  const watch = setInterval(() => {
    sockets = Math.max(sockets, openSockets());
  }, socketSampleMs);
  await Promise.all(Array.from({ length: count }, user)).finally(() => clearInterval(watch));
  const spentMs = performance.now() - before.at;
  const after = server();
  return {
    users: count,
    queriesPerSecond: (times.length / spentMs) * 1000,
    latency: latencyOf(times),
    failed: outcomes.filter(({ state }) => state === 'failed').length,
    sockets,
    clientCpu: (processUsage().cpuMs - before.cpuMs) / spentMs,
    serverCpu: after && before.server ? (after.cpuMs - before.server.cpuMs) / spentMs : null,
    serverResidentBytes: after?.residentBytes ?? (await readTelemetry(connection, run.signal)).residentBytes,
  };
}
