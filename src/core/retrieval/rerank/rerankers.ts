/**
 * The registry of rerankers. Each is loaded on use, so that a plain search starts as fast as without them.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import type { OpenReranker, Reranker, RerankerContext, RerankerKind } from './port.ts';

const openers: Readonly<Partial<Record<RerankerKind, () => Promise<OpenReranker>>>> = {
  late: async () => (await import('./late/late-reranker.ts')).openLate,
  cross: async () => (await import('./cross.ts')).openCrossEncoder,
};

/** In the order of the parameters. What was opened is closed again where one of them cannot be. */
export async function openRerankers(context: RerankerContext, run: RunOptions): Promise<Reranker[]> {
  const opened = await Promise.allSettled(context.params.kinds.map((kind) => openReranker(kind, context, run)));
  const rerankers = opened.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  const failed = opened.find((one) => one.status === 'rejected');
  if (!failed) return rerankers;
  for (const reranker of rerankers) await reranker.close();
  throw failed.reason;
}

async function openReranker(kind: RerankerKind, context: RerankerContext, run: RunOptions): Promise<Reranker> {
  const load = openers[kind];
  if (!load) throw new QdxError('usage', `this version of qdx has no reranker ${kind}`);
  return (await load())(context, run);
}
