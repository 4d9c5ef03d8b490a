/**
 * embedCorpus: folders in; points of a collection, a vectors file, or a file of chunks out.
 */
import type { RunOptions } from '../../lib/events.ts';
import { dryRunEmbed } from './dry-run.ts';
import { embedIntoCollection } from './into-collection.ts';
import { embedIntoFile } from './into-file.ts';
import type { EmbedParams, EmbedSummary } from './params.ts';

export type { EmbedDestination, EmbedParams, EmbedSummary } from './params.ts';

/**
 * Safe to be stopped anywhere and run again: the same ids, payloads and vectors come out as of a run that was not stopped.
 * @throws QdxError `usage` where there is nothing to embed, `notFound` for a missing root or model, `refused` where the
 * collection holds another vector space or pruning would leave nothing of a source, `locked` while another run writes.
 */
export async function embedCorpus(params: EmbedParams, run: RunOptions = {}): Promise<EmbedSummary> {
  const { destination } = params;
  if (params.dryRun) return dryRunEmbed(params, run);
  if (destination.kind === 'collection') return embedIntoCollection(params, destination, run);
  return embedIntoFile(params, destination, run);
}
