import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runQdx, temporaryHome } from '../../helpers/run-qdx.ts';

/** A home with a project in `work` and files of settings. */
function home({ project, user }: { project?: unknown; user?: unknown } = {}): string {
  const folder = temporaryHome();
  if (project !== undefined) writeFileSync(join(folder, 'work/qdx.config.json'), JSON.stringify(project));
  mkdirSync(join(folder, 'config/qdx'), { recursive: true });
  if (user !== undefined) writeFileSync(join(folder, 'config/qdx/config.json'), JSON.stringify(user));
  return folder;
}

interface Shown {
  settings: Record<string, Record<string, unknown>>;
  origins: Record<string, { kind: string; name: string }>;
  secrets: Record<string, string>;
  collection?: { description: string };
}

const show = async (options: Parameters<typeof runQdx>[1], ...args: string[]) => {
  const run = await runQdx(['config', 'show', '--json', ...args], options);
  expect(run.stderr).toBe('');
  return JSON.parse(run.stdout) as Shown;
};

describe('qdx config show', () => {
  test('F40: two sources disagree: it says which one counts', async () => {
    const folder = home({ project: { upload: { batchSize: 3 } }, user: { upload: { batchSize: 4, parallel: 2 } } });
    const { settings, origins } = await show({ home: folder });
    expect(settings['upload']).toMatchObject({ batchSize: 3, parallel: 2 });
    expect(origins['upload.batchSize']).toEqual({ kind: 'project', name: join(folder, 'work/qdx.config.json') });
    expect(origins['upload.parallel']).toEqual({ kind: 'user', name: join(folder, 'config/qdx/config.json') });
    const flagged = await show({ home: folder, env: { QDX_TIMEOUT_MS: '5' } }, '--timeout-ms', '7');
    expect(flagged.settings['connection']?.['timeoutMs']).toBe(7);
    expect(flagged.origins['connection.timeoutMs']).toEqual({ kind: 'flag', name: '--timeout-ms' });
  });

  test('as text: a line for each setting, with its origin', async () => {
    const { stdout, exitCode } = await runQdx(['config', 'show'], { env: { QDRANT_URL: 'http://q:6333' } });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^connection\.url +http:\/\/q:6333 +env: QDRANT_URL$/m);
    expect(stdout).toMatch(/^embed\.model +all-MiniLM-L6-v2 +preset documents$/m);
    expect(stdout).toMatch(/\nsettings files: none\n$/);
  });

  test('secrets are set or unset, nothing more', async () => {
    const env = { QDRANT_API_KEY: 'canary-api-key', HF_TOKEN: '' };
    const user = {
      hub: { token: 'canary-hub' },
      rerankEndpoint: { apiKey: 'canary-rerank' },
      endpoint: { apiKey: 'canary-endpoint' },
      mcp: { token: 'canary-mcp-0123456789abcdef0123456789' },
    };
    const folder = home({ user });
    for (const args of [['--json'], [], ['--verbose']]) {
      const { stdout, stderr } = await runQdx(['config', 'show', ...args], { home: folder, env });
      expect(stdout + stderr).not.toMatch(/canary/);
    }
    const names = ['connection.apiKey', 'hub.token', 'mcp.token', 'rerankEndpoint.apiKey', 'endpoint.apiKey'];
    const all = (state: string) => Object.fromEntries(names.map((name) => [name, state]));
    expect((await show({ home: folder, env })).secrets).toEqual(all('set'));
    expect((await show({ env: {} })).secrets).toEqual(all('unset'));
  });

  test('the password of a URL is nowhere, even a short one', async () => {
    const env = {
      HF_ENDPOINT: 'https://me:canary-mirror@mirror.lan/hf',
      GPU_API_ENDPOINT: 'http://u:canary@gpu.lan/v1',
    };
    const user = { rerankEndpoint: { url: 'https://canary@rerank.lan' } };
    const folder = home({ user });
    const texts = await Promise.all(
      [['--json'], [], ['--verbose']].map(async (args) => {
        const { stdout, stderr } = await runQdx(['config', 'show', ...args], { home: folder, env });
        return stdout + stderr;
      }),
    );
    for (const text of texts) {
      expect(text).not.toMatch(/canary/);
      for (const host of ['mirror.lan/hf', 'gpu.lan/v1', 'rerank.lan']) expect(text).toContain(`//…@${host}`);
    }
    const refused = await runQdx(['config', 'show'], { env: { QDRANT_URL: 'https://u:canary@q.lan' } });
    expect([refused.exitCode, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).not.toContain('canary');
  });

  test('with the entry of a collection', async () => {
    const project = { collections: { docs: { description: 'd', upload: { parallel: 7 } } } };
    const shown = await show({ home: home({ project }) }, '-c', 'docs');
    expect([shown.settings['upload']?.['parallel'], shown.collection?.description]).toEqual([7, 'd']);
  });

  test('its settings, saved as a file, are the same settings', async () => {
    const first = await show({ home: home({ project: { preset: 'code', payloadKeys: { content: 'text' } } }) });
    const second = await show({ home: home({ project: first.settings }) });
    expect(second.settings).toEqual(first.settings);
  });

  test('a warning comes once, on stderr', async () => {
    const project = { vector: { size: 384, quantization: { kind: 'binary' } } };
    const { stderr, exitCode } = await runQdx(['config', 'show'], { home: home({ project }) });
    expect(stderr).toMatch(/^warning: binary quantization of 384 dimensions [^\n]*\n$/);
    expect(exitCode).toBe(0);
  });
});

describe('F40: bad settings', () => {
  test.for<[string, unknown, Record<string, string>, RegExp]>([
    [
      'an unknown key',
      { upload: { batchsize: 1 } },
      {},
      /^error: .*\/work\/qdx\.config\.json: upload\.batchsize: there is no such setting\ndid you mean upload\.batchSize\?\n$/,
    ],
    [
      'a wrong type',
      { index: { m: '16' } },
      {},
      /^error: .*\/work\/qdx\.config\.json: index\.m: expected a whole number from 0 to 512, got "16"\ncorrect .*qdx\.config\.json, or run with --no-config\n$/,
    ],
    [
      'a number that is none',
      undefined,
      { QDX_BATCH_SIZE: 'abc' },
      /^error: QDX_BATCH_SIZE: expected a whole number from 1 to 10000, got "abc"\ncorrect or unset QDX_BATCH_SIZE\n$/,
    ],
    [
      'two that do not go together',
      { index: { m: 64 } },
      {},
      /^error: index\.efConstruct 100 \(default\) is less than twice index\.m 64 \(.*qdx\.config\.json\)\n/,
    ],
  ])('%s: exit 2', async ([, project, env, stderr]) => {
    const run = await runQdx(['config', 'show'], { home: home({ project }), env });
    expect(run.stderr).toMatch(stderr);
    expect([run.stdout, run.exitCode]).toEqual(['', 2]);
  });

  test('--no-config goes on without the file', async () => {
    const run = await runQdx(['config', 'show', '--no-config'], { home: home({ project: { x: 1 } }) });
    expect(run.exitCode).toBe(0);
  });
});

describe('qdx config schema', () => {
  test('is the file that the package ships', async () => {
    const { stdout } = await runQdx(['config', 'schema']);
    const shipped = readFileSync(new URL('../../../docs/settings.schema.json', import.meta.url), 'utf8');
    expect(JSON.parse(stdout)).toEqual(JSON.parse(shipped));
    expect(JSON.parse((await runQdx(['config', 'schema', '--json'])).stdout)).toEqual(JSON.parse(shipped));
  });

  test('the package offers it by its name', async () => {
    const schema = (await import('qdx/settings.schema.json', { with: { type: 'json' } })) as {
      default: { type: string };
    };
    expect(schema.default.type).toBe('object');
  });
});

describe('qdx config init', () => {
  test('writes a file that qdx reads', async () => {
    const folder = home();
    const run = await runQdx(['config', 'init', 'guides', '--preset', 'code', '-c', 'docs'], { home: folder });
    expect(run).toMatchObject({
      exitCode: 0,
      stdout: `wrote ${folder}/work/qdx.config.json; next: qdx embed -c docs\n`,
    });
    const { settings } = await show({ home: folder }, '-c', 'docs');
    expect(settings).toMatchObject({ preset: 'code', collections: { docs: { paths: ['guides'] } } });
  });

  test('never writes over a file that is there', async () => {
    const folder = home({ project: { preset: 'code' } });
    const run = await runQdx(['config', 'init', '--yes'], { home: folder });
    expect(run.exitCode).toBe(8);
    expect(run.stderr).toMatch(/^error: .*qdx\.config\.json is there already and was left as it is\n/);
    expect(readFileSync(join(folder, 'work/qdx.config.json'), 'utf8')).toBe('{"preset":"code"}');
  });

  test('with settings that are wrong nothing is written', async () => {
    const folder = home();
    const run = await runQdx(['config', 'init', '--preset', 'prose'], { home: folder });
    expect([run.exitCode, existsSync(join(folder, 'work/qdx.config.json'))]).toEqual([2, false]);
  });
});

describe('the key file', () => {
  test('--api-key-file - reads the key from stdin', async () => {
    const shown = await runQdx(['config', 'show', '--json', '--api-key-file', '-'], { input: 'canary-from-stdin\n' });
    expect(shown.stdout).not.toContain('canary');
    expect((JSON.parse(shown.stdout) as Shown).secrets['connection.apiKey']).toBe('set');
  });

  test('a missing one is not found, in two lines at most', async () => {
    const run = await runQdx(['config', 'show', '--api-key-file', 'none.txt']);
    expect([run.exitCode, run.stdout]).toEqual([6, '']);
    expect(run.stderr).toMatch(/^error: there is no API key file .*none\.txt\nsee what is there: ls .*\n$/);
  });
});

describe('rules that need the model', () => {
  test('a vector size that is not the model’s is refused before anything is embedded', async () => {
    const folder = home({ project: { vector: { size: 768 } } });
    writeFileSync(join(folder, 'work/a.md'), '# A\n\nText.\n');
    const run = await runQdx(['embed', '.', '--out', 'vectors.jsonl'], { home: folder });
    expect(run.stderr).toMatch(
      /^error: vector\.size is 768, but the model all-MiniLM-L6-v2 makes vectors of 384 dimensions\nleave vector\.size at auto/,
    );
    expect([run.exitCode, existsSync(join(folder, 'work/vectors.jsonl'))]).toEqual([2, false]);
  });
});
