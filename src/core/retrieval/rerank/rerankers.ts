/**
 * The registry of rerankers. Each is loaded on use, so that a plain search starts as fast as without them.
 */
import type { RunOptions } from '../../../lib/events.ts';
import type { OpenReranker, Reranker, RerankerContext } from './port.ts';
import type { RerankerKind } from './params.ts';

const openers = {
  late: async () => (await import('./late/late-reranker.ts')).openLate,
  cross: async () => (await import('./cross.ts')).openCrossEncoder,
  listwise: async () => (await import('./listwise/listwise.ts')).openListwise,
  endpoint: async () => (await import('./remote/endpoint.ts')).openRerankEndpoint,
} satisfies Record<RerankerKind, () => Promise<OpenReranker>>;

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
  const open: OpenReranker = await openers[kind]();
  const reranker = await open(context, run);
  const { fallback } = context.params;
  if (!fallback || !remoteKinds.has(kind)) return reranker;
  const { withFallback } = await import('./with-fallback.ts');
  return withFallback(reranker, () => openReranker(fallback, context, run));
}

const remoteKinds: ReadonlySet<RerankerKind> = new Set(['listwise', 'endpoint']);
