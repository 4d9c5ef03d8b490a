/**
 * What the servers need by themselves for what `qdx migrate --via snapshot` asks of them: nothing is parsed, hashed or compared.
 */
import { ask } from '../qdrant-server.js';

/** Snapshots of all shards, made and then shipped at once; then all points of the target, read in two streams. */
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
  const [readMs] = await lapOf(() =>
    Promise.all([read(target.url, name, null, true), read(target.url, name, uuids, false)]),
  );
  return { makeMs, shipMs, readMs };
}

/** Half of the ids are UUIDs, which come after all integers. */
const uuids = '00000000-0000-4000-8000-000000000000';
const pagePoints = 400;

async function read(url, name, from, endsAtUuids) {
  for (let offset = from; ;) {
    const body = JSON.stringify({
      limit: pagePoints,
      with_payload: true,
      with_vector: true,
      ...(offset !== null && { offset }),
    });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}/collections/${name}/points/scroll`, { method: 'POST', headers, body });
    const bytes = Buffer.from(await answer.arrayBuffer());
    // Keys of an answer come in any order; the offset is no number of a vector.
    const next = /"next_page_offset":(null|\d+|"[^"]+")/.exec(bytes.toString('latin1'))?.[1];
    offset = next === undefined ? null : JSON.parse(next);
    if (offset === null || (endsAtUuids && typeof offset === 'string')) return;
  }
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
