import { describe, expect, test } from 'vitest';
import { QdxError } from '../../../src/lib/errors.ts';
import { layers, type Machine, resolveIn } from './resolve-in.ts';

const file = 'repo/qdx\\.config\\.json';
const project = (value: unknown): Machine => ({ files: layers({ project: value }) });

/** What is wrong, where it is, the sentence, the hint. */
const cases: [string, Machine, RegExp, RegExp?][] = [
  [
    'unknown key',
    project({ upload: { batchsize: 1 } }),
    new RegExp(`${file}: upload\\.batchsize: there is no such setting`),
    /did you mean upload\.batchSize\?/,
  ],
  ['unknown group', project({ uplaod: {} }), /uplaod: there is no such setting/, /did you mean upload\?/],
  [
    'key in the wrong group',
    project({ embed: { batchSize: 3 } }),
    /embed\.batchSize: there is no such setting/,
    /did you mean upload\.batchSize\?/,
  ],
  ['key like nothing', project({ upload: { zzzzzzzzzz: 3 } }), /upload\.zzzzzzzzzz/, /known here: .*batchSize/],
  ['unknown key of the user', { files: layers({ user: { x: 1 } }) }, /user\/config\.json: x: there is no such setting/],
  [
    'wrong type',
    project({ upload: { batchSize: '12' } }),
    new RegExp(`${file}: upload\\.batchSize: expected a whole number from 1 to 10000, got "12"`),
  ],
  ['a group that is no object', project({ upload: 3 }), /upload: expected an object, got 3/],
  ['a file that is no object', project([]), /the whole file: expected an object, got \[\]/],
  [
    'null',
    project({ vector: { size: null } }),
    /vector\.size: expected auto or a whole number from 1 to 65536, got null/,
  ],
  ['out of range', project({ search: { limit: 0 } }), /search\.limit: expected a whole number from 1 to 1000, got 0/],
  ['fraction', project({ index: { m: 1.5 } }), /index\.m: expected a whole number from 0 to 512, got 1\.5/],
  [
    'unknown word',
    project({ vector: { distance: 'cosine' } }),
    /vector\.distance: expected one of Cosine, Dot, Euclid, Manhattan, got "cosine"/,
    /did you mean Cosine\?/,
  ],
  [
    'unknown kind',
    project({ vector: { quantization: { kind: 'int4' } } }),
    /vector\.quantization\.kind: expected one of none, int8, binary, got "int4"/,
  ],
  ['wrong item of a list', project({ embed: { include: ['a', 3] } }), /embed\.include\.1: expected a text/],
  ['not a URL', project({ connection: { url: 'localhost:6333' } }), /connection\.url: expected a URL such as http:/],
  [
    'unknown payload field',
    project({ payloadKeys: { contents: 'x' } }),
    /payloadKeys\.contents: there is no such setting/,
    /did you mean payloadKeys\.content\?/,
  ],
  [
    'unknown key of an entry',
    project({ collections: { docs: { path: ['x'] } } }),
    /collections\.docs\.path: there is no such setting/,
    /did you mean collections\.docs\.paths\?/,
  ],
  [
    'wrong override in an entry',
    project({ collections: { docs: { index: { m: 'x' } } } }),
    /collections\.docs\.index\.m: expected a whole number/,
  ],
  [
    'the same setting twice in an entry',
    { ...project({ collections: { docs: { model: 'a', embed: { model: 'b' } } } }), collection: 'docs' },
    /model and embed\.model are the same setting/,
  ],
  ['more than one problem', project({ upload: { a: 1 }, index: { m: 'x' } }), /\(and 1 more\)/],
  [
    'number that is none in a variable',
    { env: { QDX_BATCH_SIZE: 'abc' } },
    /^QDX_BATCH_SIZE: expected a whole number from 1 to 10000, got "abc"/,
  ],
  [
    'number out of range in a variable',
    { env: { QDX_BATCH_SIZE: '0' } },
    /^QDX_BATCH_SIZE: expected a whole number from 1 to 10000, got 0/,
  ],
  ['number like code in a variable', { env: { QDX_BATCH_SIZE: '0x10' } }, /^QDX_BATCH_SIZE: .* got "0x10"/],
  [
    'not a number, not infinite',
    { env: { QDX_OVERSAMPLING: 'Infinity' } },
    /^QDX_OVERSAMPLING: expected a number from 1 to 100/,
  ],
  ['huge number', { env: { QDX_OVERSAMPLING: '1e999' } }, /^QDX_OVERSAMPLING: expected a number from 1 to 100/],
  [
    'switch that is none in a variable',
    { env: { HF_HUB_OFFLINE: 'maybe' } },
    /^HF_HUB_OFFLINE: expected true or false, got "maybe"/,
  ],
  ['list that is none in a variable', { env: { QDX_INCLUDE: '["a"' } }, /^QDX_INCLUDE: expected a list of texts, got/],
  [
    'wrong word in a flag',
    { flags: { 'embed.device': 'gpu' } },
    /^--device: expected one of auto, cpu, cuda, got "gpu"/,
  ],
  [
    'a weaker place is checked though it does not count',
    { ...project({ index: { m: 'x' } }), flags: { 'index.m': '8' } },
    /qdx\.config\.json: index\.m: expected/,
  ],
  [
    'a detail without its kind',
    { flags: { 'vector.quantization.quantile': '0.9' } },
    /^--quantile: vector\.quantization\.quantile does not go with quantization none/,
    /int8/,
  ],
  [
    'a detail of another kind',
    project({ vector: { quantization: { kind: 'int8', encoding: 'twoBits' } } }),
    /vector\.quantization\.encoding does not go with quantization int8/,
    /binary/,
  ],
  [
    'efConstruct under twice m',
    { flags: { 'index.m': '64' } },
    /index\.efConstruct 100 \(default\) is less than twice index\.m 64 \(--hnsw-m\)/,
    /128/,
  ],
  [
    'efConstruct under twice m, from two places',
    { env: { QDX_HNSW_M: '32' }, flags: { 'index.efConstruct': '40' } },
    /40 \(--ef-construct\) is less than twice index\.m 32 \(QDX_HNSW_M\)/,
  ],
  [
    'oversampling without quantization',
    project({ search: { oversampling: 2 } }),
    /search\.oversampling needs quantization/,
  ],
  [
    'https wanted, http given',
    { env: { QDRANT_URL: 'http://h:1' }, flags: { 'connection.https': true } },
    /QDRANT_URL: connection\.https is on/,
  ],
  [
    'a program in a project file',
    project({ connection: { qdrantBin: './evil' } }),
    /connection\.qdrantBin: a project's file must not set this/,
    /QDX_QDRANT_BIN/,
  ],
  [
    'a key file in a project file',
    project({ connection: { apiKeyFile: '/etc/passwd' } }),
    /connection\.apiKeyFile: a project's file/,
  ],
  ['a hub in a project file', project({ hub: { endpoint: 'http://evil' } }), /hub\.endpoint: a project's file/],
  [
    'trust in a project file',
    project({ connection: { trustedUrls: ['http://evil'] } }),
    /connection\.trustedUrls: a project's file/,
  ],
];

describe('F40: bad settings name the key, the place and what would be right', () => {
  test.for(cases)('%s', async ([, machine, message, hint]) => {
    const error = await resolveIn(machine).then(
      () => expect.unreachable('the settings were taken'),
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(QdxError);
    expect(error).toMatchObject({ kind: 'usage', message: expect.stringMatching(message) as unknown });
    expect((error as QdxError).message).not.toContain('\n');
    expect((error as QdxError).hint ?? '').toMatch(hint ?? /(?:)/);
  });

  test('a missing --config file is not found', async () => {
    await expect(resolveIn({ configFile: 'none.json' })).rejects.toMatchObject({ kind: 'notFound' });
  });

  test('a password in a URL is refused without telling it', async () => {
    const error: unknown = await resolveIn({ env: { QDRANT_URL: 'http://me:hunter22@h:1' } }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(/must not hold a user name or password/) as unknown,
    });
    expect(JSON.stringify(error) + String(error)).not.toContain('hunter22');
  });

  test.for<[string, unknown]>([
    ['of the wrong type in a file', { connection: { apiKey: { x: 'hunter22' } } }],
    ['in a URL of the wrong form', { connection: { url: 'ftp://me:hunter22@h' } }],
  ])('a secret %s is refused without telling it', async ([, value]) => {
    const error: unknown = await resolveIn(project(value)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ kind: 'usage' });
    expect(String(error) + JSON.stringify((error as QdxError).details)).not.toContain('hunter22');
  });
});

describe('what is allowed', () => {
  test.for<[string, Machine]>([
    ['efConstruct exactly twice m', { flags: { 'index.m': '50' } }],
    ['no graph at all', { flags: { 'index.m': '0', 'index.efConstruct': '4' } }],
    [
      'oversampling with quantization',
      project({ search: { oversampling: 2 }, vector: { quantization: { kind: 'int8' } } }),
    ],
    [
      'oversampling typed for one search: the server knows whether it is quantized',
      { flags: { 'search.oversampling': '2' } },
    ],
    [
      'oversampling for all, and one collection without quantization',
      {
        ...project({
          search: { oversampling: 2 },
          vector: { quantization: { kind: 'int8' } },
          collections: { plain: { vector: { quantization: { kind: 'none' } } } },
        }),
        collection: 'plain',
      },
    ],
    ["a program in the user's file", { files: layers({ user: { connection: { qdrantBin: '/opt/qdrant' } } }) }],
    ['$schema in a file', project({ $schema: './settings.schema.json' })],
  ])('%s', async ([, machine]) => {
    await expect(resolveIn(machine)).resolves.toBeDefined();
  });
});
