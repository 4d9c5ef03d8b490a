/**
 * `qdx collections`: what there is, a line each.
 */
import { type CollectionStats, readStats } from '../../core/qdrant/stats.ts';
import { formatCount } from '../../lib/quantities.ts';
import { renderTable } from '../../lib/table.ts';
import type { CommandModule } from '../command.ts';

export const collectionsList: CommandModule = {
  examples: ['qdx collections', 'qdx collections --json'],
  define: () => {},
  run: async (_input, context) => {
    const { collections } = await readStats(await context.connect(), {}, context);
    const rows = collections.map(toRow);
    return { data: { schemaVersion: 1, collections: rows }, text: () => renderRows(rows) };
  },
};

const toRow = ({ name, physical, aliases, points, status, vectors, card, warnings }: CollectionStats) => ({
  name,
  physical,
  aliases,
  points,
  status,
  vectors: vectors.map((vector) => vector.name),
  dimension: vectors.find(({ kind }) => kind === 'dense')?.dimension ?? null,
  model: card?.model.name ?? null,
  description: card?.description ?? '',
  warnings: warnings.length,
});

function renderRows(rows: readonly ReturnType<typeof toRow>[]): string {
  if (rows.length === 0) return 'there are no collections yet; next: qdx embed --collection docs <paths>';
  return renderTable(
    rows.map(({ name, physical, points, dimension, model, status, description }) => [
      name,
      physical,
      formatCount(points),
      String(dimension ?? '-'),
      model ?? 'no card',
      status,
      description,
    ]),
    { header: ['NAME', 'COLLECTION', 'POINTS', 'DIM', 'MODEL', 'STATUS', 'DESCRIPTION'], right: [2, 3] },
  );
}
