/**
 * What a refused command says to type next is that command.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chooseCollections } from '../../../src/core/retrieval/choose-collections.ts';
import { rerankLines } from '../../../src/core/retrieval/rerank/rerank-lines.ts';
import { verifyBackup } from '../../../src/core/transfer/backup-folder/verify-backup.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

test('qdx rerank without a query', async () => {
  const params = { query: '', source: 'candidates.jsonl', rerank: {} } as unknown as Parameters<typeof rerankLines>[0];
  await expect(rerankLines(params, {} as never)).rejects.toMatchObject({
    kind: 'usage',
    hint: 'say what you look for: qdx rerank --query "open a file" candidates.jsonl',
  });
});

test('one collection of several that was not named (answers by hand)', async () => {
  const answers: Record<string, unknown> = {
    '/collections': { collections: [{ name: 'docs' }, { name: 'notes' }] },
    '/aliases': { aliases: [] },
  };
  const connection = { url: 'http://h:6333', request: async (_method: string, path: string) => answers[path] };
  const choose = (...more: readonly [{ command: string }?]) =>
    chooseCollections(connection as unknown as Connection, [], [], {}, ...more);
  await expect(choose()).rejects.toMatchObject({ hint: 'name it: qdx search -c docs "..."' });
  const command = 'qdx bench quantization -c NAME';
  await expect(choose({ command })).rejects.toMatchObject({ hint: 'name it: qdx bench quantization -c docs' });
});

test('qdx verify of what is no folder: with what a collection is compared', async () => {
  await expect(verifyBackup('docs-that-is-no-folder')).rejects.toMatchObject({
    kind: 'notFound',
    hint:
      'name the folder of a backup; if docs-that-is-no-folder is a collection: ' +
      'qdx verify docs-that-is-no-folder --against <backup, collection or vectors file>',
  });
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  await expect(verifyBackup(file)).rejects.toMatchObject({ message: `${file} is a file, and no folder of a backup` });
});
