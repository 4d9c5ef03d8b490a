/**
 * Hands texts to processes that hold a model, keeps each of them busy, and survives the end of any of them.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { OnEvent } from '../../../lib/events.ts';
import { fromSentError, type ModelWorker, type WorkerListeners } from './worker.ts';
import { Queue } from '../../../lib/queue.ts';
import { TextCrashError } from '../text-crash.ts';
import type { WorkerAnswer } from './messages.ts';

/** A request of whatever kind is about one text, which a crash can be told by. */
interface TextJob {
  readonly text: string;
}

export interface WorkerPoolOptions<Request, Result> {
  /** For messages: `an encoder process ended`. */
  readonly what: string;
  readonly workers: number;
  /** Texts in one order: 1 on CPU; on a GPU many, which the worker sorts into padded runs. */
  readonly textsPerOrder: number;
  /** Starts a worker, which opens its model at once. */
  readonly start: (listeners: WorkerListeners<Result>) => ModelWorker<Request>;
  readonly onEvent?: OnEvent | undefined;
}

interface Job<Request, Result> {
  readonly request: Request;
  /** Of one result, or of what went wrong. */
  readonly settle: (outcome: { readonly result: Result } | Error) => void;
  settled: boolean;
  /** Crashes of a worker while this text was running. */
  crashes: number;
}

interface Order<Request, Result> {
  readonly id: number;
  readonly jobs: readonly Job<Request, Result>[];
}

interface Seat<Request, Result> {
  worker: ModelWorker<Request> | undefined;
  ready: boolean;
  /** Oldest first: the first one is running, the next waits in the worker's channel. */
  orders: readonly Order<Request, Result>[];
}

/** One order runs and one waits in the channel, so that a worker never idles between two. */
const ordersAhead = 2;
/** A text that was running in this many crashes is given up: in a fresh process, alone, it failed again. */
const crashesPerText = 2;
/** Starts in a row that end before the model is open; more cannot help. */
const startsInVain = 3;

export class WorkerPool<Request extends TextJob, Result> {
  /** Settles when every worker has opened its model, or the first could not. */
  readonly opened: Promise<void>;
  private readonly options: WorkerPoolOptions<Request, Result>;
  private readonly seats: readonly Seat<Request, Result>[];
  private readonly waiting = new Queue<Job<Request, Result>>();
  /** Sent to a worker that ended before it came to them. */
  private readonly again = new Queue<Job<Request, Result>>();
  /** Running when a worker ended. */
  private readonly suspects = new Queue<Job<Request, Result>>();
  private settleOpened: (error?: Error) => void = () => {};
  private failedStarts = 0;
  private nextId = 0;
  private ended: Error | undefined;

  constructor(options: WorkerPoolOptions<Request, Result>) {
    this.options = options;
    this.opened = new Promise((resolve, reject) => {
      this.settleOpened = (error) => (error ? reject(error) : resolve());
    });
    // Whoever opened the pool awaits it; a pool that ends before that is no unhandled rejection.
    this.opened.catch(() => {});
    this.seats = Array.from({ length: options.workers }, () => ({ worker: undefined, ready: false, orders: [] }));
    for (const seat of this.seats) this.start(seat);
  }

  run(request: Request, signal?: AbortSignal): Promise<Result> {
    return new Promise((resolve, reject) => {
      const job: Job<Request, Result> = {
        request,
        settled: false,
        crashes: 0,
        settle: (outcome) => {
          job.settled = true;
          signal?.removeEventListener('abort', onAbort);
          if (outcome instanceof Error) reject(outcome);
          else resolve(outcome.result);
        },
      };
      // A text that runs already is left to run; nobody waits for its answer then.
      const onAbort = (): void =>
        job.settle(new QdxError('interrupted', 'stopped while texts were on their way through the model'));
      if (this.ended) return job.settle(this.ended);
      if (signal?.aborted) return onAbort();
      signal?.addEventListener('abort', onAbort);
      this.waiting.push(job);
      this.feed();
    });
  }

  /** Ends all workers at once; texts without an answer are rejected with `error`. */
  end(error: Error): void {
    if (this.ended) return;
    this.ended = error;
    const given = this.seats.flatMap(({ orders }) => orders.flatMap(({ jobs }) => jobs));
    const open = [...given, ...this.suspects.drain(), ...this.again.drain(), ...this.waiting.drain()];
    for (const seat of this.seats) {
      seat.orders = [];
      seat.worker?.kill();
    }
    for (const job of open) if (!job.settled) job.settle(error);
    this.settleOpened(error);
  }

  private start(seat: Seat<Request, Result>): void {
    seat.ready = false;
    seat.worker = this.options.start({
      onAnswer: (answer) => this.take(seat, answer),
      onEnd: (how, lastWords) => this.replace(seat, how, lastWords),
    });
  }

  private take(seat: Seat<Request, Result>, answer: WorkerAnswer<Result>): void {
    if (this.ended) return;
    if (answer.type === 'ready') {
      seat.ready = true;
      this.failedStarts = 0;
      if (this.seats.every(({ ready }) => ready)) this.settleOpened();
    } else if (answer.type === 'unusable') {
      this.end(fromSentError(answer.error));
    } else {
      const order = seat.orders.find(({ id }) => id === answer.id);
      seat.orders = seat.orders.filter(({ id }) => id !== answer.id);
      order?.jobs.forEach((job, index) => {
        const missing = new Error('a worker left out a text of its order');
        if (job.settled) return;
        if (answer.type === 'failed') job.settle(fromSentError(answer.error));
        else job.settle(index in answer.results ? { result: answer.results[index] as Result } : missing);
      });
    }
    this.feed();
  }

  private feed(): void {
    for (let ahead = 0; ahead < ordersAhead; ahead++)
      for (const seat of this.seats) if (seat.ready && seat.orders.length <= ahead) this.give(seat);
  }

  private give(seat: Seat<Request, Result>): void {
    const jobs = this.nextJobs();
    if (jobs.length === 0) return;
    const order = { id: this.nextId++, jobs };
    seat.orders = [...seat.orders, order];
    seat.worker?.send({ type: 'work', id: order.id, requests: jobs.map(({ request }) => request) });
  }

  /** A text that a worker has crashed on goes alone, so that the next crash names it. */
  private nextJobs(): readonly Job<Request, Result>[] {
    const suspect = this.takeFrom(this.suspects);
    if (suspect) return [suspect];
    const jobs: Job<Request, Result>[] = [];
    while (jobs.length < this.options.textsPerOrder) {
      const job = this.takeFrom(this.again) ?? this.takeFrom(this.waiting);
      if (!job) break;
      jobs.push(job);
    }
    return jobs;
  }

  /** The first that still waits for an answer: an abort may have settled it meanwhile. */
  private takeFrom(queue: Queue<Job<Request, Result>>): Job<Request, Result> | undefined {
    let job = queue.shift();
    while (job?.settled) job = queue.shift();
    return job;
  }

  /** A worker is gone: its texts go back to the front, and a new one takes the seat. */
  private replace(seat: Seat<Request, Result>, how: string, lastWords: string): void {
    if (this.ended) return;
    const wasReady = seat.ready;
    if (!wasReady && ++this.failedStarts >= startsInVain)
      return this.end(cannotStart(this.options.what, how, lastWords));
    const [running, ...others] = seat.orders;
    seat.orders = [];
    const suspects = running?.jobs.filter(({ settled }) => !settled) ?? [];
    for (const job of suspects)
      if (++job.crashes >= crashesPerText) job.settle(crashedTwice(this.options.what, job, how));
    this.suspects.push(...suspects);
    this.again.push(...others.flatMap(({ jobs }) => jobs));
    const { what, onEvent } = this.options;
    if (wasReady) onEvent?.({ type: 'warning', message: describeCrash(what, suspects, how) });
    this.start(seat);
  }
}

interface FailedJob {
  readonly request: TextJob;
  readonly settled: boolean;
}

function describeCrash(what: string, suspects: readonly FailedJob[], how: string): string {
  const [first] = suspects;
  if (!first) return `an ${what} process ended (${how}) while it had nothing to do; a new one takes its place`;
  const where = suspects.length === 1 ? describeText(first) : `one of ${suspects.length} texts`;
  const next = first.settled ? 'it is given up' : 'it is tried once more in a new process';
  return `an ${what} process ended (${how}) on ${where}; ${next}`;
}

const describeText = ({ request: { text } }: FailedJob): string =>
  `a text of ${text.length} characters that begins ${JSON.stringify(text.slice(0, 60))}`;

const crashedTwice = (what: string, job: FailedJob, how: string): TextCrashError =>
  new TextCrashError(`the ${what} process ended twice (${how}) on ${describeText(job)}`);

const cannotStart = (what: string, how: string, lastWords: string): QdxError =>
  new QdxError(
    'failed',
    `the ${what} process ends as it starts (${how})${lastWords && `: ${lastWords.split('\n').at(-1)}`}`,
    {
      hint: 'check that there is memory left, and the installation with: qdx verify-model all-MiniLM-L6-v2',
      details: { lastWords },
    },
  );
