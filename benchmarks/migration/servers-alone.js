/**
 * What the servers need by themselves for the snapshots of `qdx migrate --via snapshot`: nothing is read, hashed or compared.
 */
import { ask } from '../qdrant-server.js';

/** Snapshots of all shards: made at once, then shipped at once. */
export async function timeServers(source, target, name) {
  const { shards, config } = await describe(source.url, name);
  await ask(target.url, 'PUT', `/collections/${name}`, {
    vectors: config.params.vectors,
    shard_number: config.params.shard_number,
  });
  const path = (shard, tail = '') => `/collections/${name}/shards/${shard}/snapshots${tail}`;
  const [makeMs, made] = await lapOf(() =>
    Promise.all(shards.map(async (shard) => ask(source.url, 'POST', `${path(shard)}?wait=true`))),
  );
  const [shipMs] = await lapOf(() =>
    Promise.all(
      shards.map(async (shard, at) => {
        const snapshot = await fetch(`${source.url}${path(shard, `/${made[at].name}`)}`);
        const form = new FormData();
        form.set('snapshot', await snapshot.blob(), 'shard.snapshot');
        const query = `?wait=true&priority=no_sync&checksum=${made[at].checksum}`;
        const answer = await fetch(`${target.url}${path(shard, `/upload${query}`)}`, { method: 'POST', body: form });
        if (!answer.ok) throw new Error(`shard ${shard} was not recovered: ${await answer.text()}`);
      }),
    ),
  );
  for (const [at, shard] of shards.entries())
    await ask(source.url, 'DELETE', `${path(shard, `/${made[at].name}`)}?wait=true`);
  return { makeMs, shipMs };
}

async function describe(url, name) {
  const { config } = await ask(url, 'GET', `/collections/${name}`);
  const { local_shards: locals } = await ask(url, 'GET', `/collections/${name}/cluster`);
  return { config, shards: locals.map(({ shard_id: shard }) => shard) };
}

async function lapOf(work) {
  const startedAt = performance.now();
  const result = await work();
  return [performance.now() - startedAt, result];
}
