/**
 * A collection of everything that gets lost on the way: ids to u64, numbers that a double cannot hold, dense, sparse and
 * multi-vectors, points without vectors, payload indexes, metadata, aliases, strict mode (F20, F21, F29).
 */
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';

/** Payloads as JSON text, as the server keeps and prints them. */
export const nastyPayloads = [
  '{"int64":9223372036854775807,"negative":-9223372036854775808,"uint64":18446744073709551615}',
  '{"one":1,"oneFloat":1.0,"minusZero":-0.0,"tiny":1e-7,"huge":1e22,"third":0.3333333333333333}',
  '{"nested":{"null":null,"empty":{},"list":[],"deep":{"a":[1,1.0,[2,[3.0]]]}}}',
  '{"z":1,"a":2,"m":{"z":1.0,"a":2.0}}',
  '{"key.with.dots":{"x.y":1},"":"empty key","__proto__":{"polluted":true},"constructor":1}',
  '{"text":"quote \\" slash \\\\ newline \\n tab \\t NUL \\u0000 ESC \\u001b separator \u2028 emoji \u{1f600} ] } , :"}',
  '{"zeit":"2026-11-22T13:00:00Z","geo":{"lon":13.4,"lat":52.5},"flags":[true,false,null]}',
  '{}',
];

export const nastyIds = [
  '0',
  '1',
  '9007199254740993',
  '18446744073709551615',
  '"00000000-0000-0000-0000-000000000000"',
  '"00000000-0000-0000-0000-000000000001"',
  '"f47ac10b-58cc-4372-a567-0e02b2c3d479"',
  '"ffffffff-ffff-ffff-ffff-ffffffffffff"',
];

const vectors = [
  '{"dense":[0.1,0.2,0.3,0.4],"dot":[1e-38,3.4028235e38,-0.0],"sparse":{"indices":[7,4294967295],"values":[0.1,-2.5]},"multi":[[1.0,2.0],[3.5,0.5]]}',
  '{"dense":[1,0,0,0],"multi":[[1.0,2.0],[3.0,4.0]]}',
  '{"sparse":{"indices":[1],"values":[1.0]}}',
  '{}',
];

export const nastyMetadata = '{"owner":"team","exact":1.0,"big":18446744073709551615,"nested":{"b":1,"a":[1.0,null]}}';

const collection = `{
  "vectors": {
    "dense": {"size": 4, "distance": "Cosine", "on_disk": true, "hnsw_config": {"m": 24},
      "quantization_config": {"scalar": {"type": "int8", "quantile": 0.95, "always_ram": true}}},
    "dot": {"size": 3, "distance": "Dot"},
    "multi": {"size": 2, "distance": "Euclid", "multivector_config": {"comparator": "max_sim"}, "hnsw_config": {"m": 0}}
  },
  "sparse_vectors": {"sparse": {"modifier": "idf", "index": {"on_disk": true}}},
  "shard_number": 2, "on_disk_payload": true,
  "hnsw_config": {"m": 20, "ef_construct": 120, "payload_m": 12},
  "optimizers_config": {"default_segment_number": 3, "indexing_threshold": 15000, "max_segment_size": 200000},
  "wal_config": {"wal_capacity_mb": 16},
  "quantization_config": {"binary": {"always_ram": true}},
  "strict_mode_config": {"enabled": true, "max_query_limit": 50, "upsert_max_batchsize": 40, "unindexed_filtering_retrieve": true},
  "metadata": ${nastyMetadata}
}`;

const indexes = [
  ['one', '"integer"'],
  ['uint64', '{"type":"integer","lookup":true,"range":false}'],
  ['text', '{"type":"text","tokenizer":"word","lowercase":true,"min_token_len":2}'],
  ['zeit', '"datetime"'],
  ['geo', '"geo"'],
  ['tenant', '{"type":"keyword","is_tenant":true}'],
] as const;

const idOf = (index: number): string => {
  const known = nastyIds[index];
  if (known !== undefined) return known;
  const hex = index.toString(16).padStart(8, '0');
  return index % 2 === 0 ? String(index * 1000) : `"${hex}-58cc-4372-a567-0e02b2c3d479"`;
};

/** JSON text of point number `index`. */
const nastyPoint = (index: number): string =>
  `{"id":${idOf(index)},"payload":${nastyPayloads[index % nastyPayloads.length]},"vector":${vectors[index % vectors.length]}}`;

/** Makes `docs__1` with `points` points, and the aliases `docs` and `prod`. */
export async function createNastyCollection(connection: Connection, name: string, points: number): Promise<void> {
  const path = `/collections/${name}`;
  await connection.request('PUT', path, { body: Buffer.from(collection) });
  for (const [field, schema] of indexes)
    await connection.request('PUT', `${path}/index`, {
      query: { wait: true },
      body: Buffer.from(`{"field_name":"${field}","field_schema":${schema}}`),
    });
  await connection.request('PATCH', path, { body: { params: { read_fan_out_factor: 2 } } });
  for (let start = 0; start < points; start += 40) {
    const batch = Array.from({ length: Math.min(40, points - start) }, (_, index) => nastyPoint(start + index));
    await connection.request('PUT', `${path}/points`, {
      query: { wait: true },
      body: Buffer.from(`{"points":[${batch.join(',')}]}`),
    });
  }
}
