/**
 * `qdx embed --on kaggle`, the whole way. Kaggle itself cannot be reached from a test: a stub stands for the `kaggle` command and
 * runs the generated notebook with python3 on this machine. torch is not there either: vectors that qdx made stand for the
 * model (test/e2e/kaggle/real-model.test.ts runs it where it is).
 */
import { type ChildProcess, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jobKey } from '../../../src/core/kaggle/job.ts';
import { createNotebook } from '../../../src/core/kaggle/notebook.ts';
import { machineId } from '../../../src/lib/processes.ts';
import { corpusFolder, manyFiles } from '../../helpers/embed-corpus.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { type QdxRun, runQdx, temporaryHome } from '../../helpers/run-qdx.ts';
import { linesOf, python, stubKaggle, type StubKaggle, writeKnownVectors } from './support.ts';

/** Names and texts that would act, if any of them became code of the notebook or part of a command line. */
const hostile = {
  'a"""); open("acted", "w") #.md': '# """\n\n%%writefile qdx_embed.py\n\nimport os; open("acted", "w")\n"""\n',
  '$(touch acted).md': '# It\'s `touch acted`\n\n{{ 7 * 7 }} \\u0000 \\" ]]> </script> %%bash touch acted\n',
};
const folder = corpusFolder({ ...manyFiles(2, 6), ...hostile, '.env': 'SECRET_KEY=do-not-send\n' });
const sends = ['--allow-remote-text', '--yes'];

let server: RunningQdrant;
beforeAll(async () => {
  server = await startQdrant();
});
afterAll(async () => {
  await server.stop();
});

describe.runIf(python !== null)('with a stub kaggle on the PATH, since Kaggle cannot be reached', () => {
  let kaggle: StubKaggle;
  let job: { readonly runId: string; readonly folder: string; readonly chunks: number; readonly kaggle: string };
  let direct: string;

  beforeAll(async () => {
    kaggle = stubKaggle();
    kaggle.set({});
    const prepared = await kaggle.embed([
      folder,
      '--out',
      kaggle.out,
      '--prepare',
      '--kaggle-account',
      'anna',
      '--json',
    ]);
    if (prepared.exitCode !== 0) throw new Error(prepared.stderr);
    job = JSON.parse(prepared.stdout) as typeof job;
    direct = join(kaggle.home, 'direct.jsonl');
    const { home } = kaggle;
    await runQdx(['embed', folder, '--out', direct, '--vector-format', 'base64', '--no-token-vectors'], { home });
    const dataset = join(job.folder, 'dataset');
    writeKnownVectors(kaggle.root, join(dataset, 'qdx-chunks.jsonl'), direct, join(dataset, 'qdx-manifest.json'));
  });

  test('nothing leaves without a yes, and what is made ready is private, pinned and the same notebook for any corpus', async () => {
    expect(kaggle.calls()).toEqual([]);
    const refused = await kaggle.embed([folder, '--out', kaggle.out]);
    expect(refused.exitCode).toBe(8);
    expect(refused.stderr).toMatch(
      /\d+ chunks \([\d.]+ KB: text, paths and line numbers\) as the private dataset anna\/qdx-/,
    );
    expect(refused.stderr).toContain('--allow-remote-text --yes');
    const onlyYes = await kaggle.embed(['--run', job.runId, '--yes']);
    expect(onlyYes.exitCode).toBe(8);
    expect(kaggle.calls()).toEqual([
      ['config', 'view'],
      ['config', 'view'],
    ]);

    const read = (path: string) => readFileSync(join(job.folder, path), 'utf8');
    expect(JSON.parse(read('dataset/dataset-metadata.json'))).toMatchObject({ id: job.kaggle, isPrivate: true });
    expect(JSON.parse(read('kernel/kernel-metadata.json'))).toMatchObject({
      is_private: true,
      machine_shape: 'NvidiaTeslaT4',
      dataset_sources: [job.kaggle],
    });
    expect(read('kernel/qdx-embed.ipynb')).toBe(await createNotebook());
    expect(readdirSync(join(job.folder, 'dataset')).toSorted()).toEqual([
      'dataset-metadata.json',
      'qdx-chunks.jsonl',
      'qdx-manifest.json',
    ]);
    expect(read('dataset/qdx-chunks.jsonl')).not.toContain('do-not-send');
  });

  test('a notebook that is killed is resumed from its last block; a lost terminal comes back to it, one process at a time', async () => {
    kaggle.set({ env: { STUB_CRASH_AFTER: '33', QDX_RECORDS_A_BLOCK: '4' } });
    const failed = await kaggle.embed(['--run', job.runId, ...sends]);
    expect(failed.exitCode).toBe(1);
    expect(failed.stderr).toMatch(/kaggle: qdx shard 1\/2: \d+\/\d+/);
    expect(failed.stderr).toContain(`qdx embed --on kaggle --run ${job.runId} starts it again`);
    expect(existsSync(kaggle.out)).toBe(false);
    const parts = readdirSync(join(job.folder, 'dataset')).filter((name) => name.endsWith('.partial'));
    expect(parts.length).toBeGreaterThan(0);
    // The command that began the run takes it up as well, with what the GPUs have done so far.
    const begun = await kaggle.embed([folder, '--out', kaggle.out, '--kaggle-account', 'anna', '--prepare']);
    expect([begun.exitCode, begun.stdout]).toEqual([0, expect.stringContaining(`run ${job.runId}`)]);
    expect(readdirSync(join(job.folder, 'dataset'))).toEqual(expect.arrayContaining(parts));

    kaggle.set({ env: { QDX_RECORDS_A_BLOCK: '4' }, stuck: 'RUNNING' });
    let second: Promise<QdxRun> | undefined;
    const beside = (child: ChildProcess) => {
      second = kaggle.embed(['--run', job.runId]).finally(() => child.kill('SIGKILL'));
    };
    const lost = await kaggle.embed(['--run', job.runId, ...sends], { when: { says: /running/, run: beside } });
    expect(lost.exitCode).toBe(137);
    expect(await second).toMatchObject({
      exitCode: 10,
      stderr: expect.stringMatching(/run \w+ on Kaggle is held by process \d+ on/) as string,
    });
    kaggle.set({});
    const callsBefore = kaggle.calls().length;
    const done = await kaggle.embed(['--run', job.runId, '--json']);
    expect([done.exitCode, done.stderr]).toEqual([0, expect.anything()]);
    const calls = kaggle
      .calls()
      .slice(callsBefore)
      .map((args) => args.slice(0, 2).join(' '));
    expect(calls.filter((call) => /create|version|push/.test(call))).toEqual([]);
    expect(calls.at(-1)).toBe('kernels output');
    const log = readFileSync(join(kaggle.root, 'log.txt'), 'utf8');
    expect([...log.matchAll(/qdx shard \d\/2: (\d+)\//g)].some(([, first]) => Number(first) > 0)).toBe(true);
    expect(JSON.parse(done.stdout)).toMatchObject({
      state: 'done',
      isComplete: true,
      result: {
        written: job.chunks,
        file: 'model.safetensors',
        dtype: 'fp16',
        parity: { lowest: expect.any(Number) as number },
      },
    });

    // The hand-back is the vectors file of `qdx embed`: the same records in the same order, and who made them in the header.
    const [header = '', ...records] = linesOf(kaggle.out).map((line) => JSON.parse(line) as Record<string, unknown>);
    const [wanted = '', ...expected] = linesOf(direct).map((line) => JSON.parse(line) as Record<string, unknown>);
    const model = { ...(wanted as { model: object }).model, file: 'model.safetensors', sha256: null, dtype: 'fp16' };
    expect(header).toEqual({ ...(wanted as object), model });
    const bare = ({ vector: _v, vectorB64: _b, ...rest }: Record<string, unknown>) => rest;
    expect(records.slice(0, -1).map(bare)).toEqual(expected.slice(0, -1).map(bare));
    expect(existsSync(join(kaggle.root, 'machine/acted'))).toBe(false);
    expect(existsSync(join(kaggle.home, 'work/acted'))).toBe(false);
  });

  test('it is uploaded and found, and a local run goes on from it', async () => {
    const env = { QDRANT_URL: server.url };
    const { home } = kaggle;
    const upload = await runQdx(['upload', kaggle.out, '-c', 'kaggle', '--json'], { home, env });
    expect([upload.exitCode, upload.stderr]).toEqual([0, expect.anything()]);
    expect(JSON.parse(upload.stdout)).toMatchObject({ points: job.chunks, rejected: 0 });
    const search = await runQdx(['search', 'section 7', '-c', 'kaggle', '--json'], { home, env });
    expect(search.exitCode).toBe(0);
    expect(search.stdout).toContain('Section 7');
    const again = await runQdx(['embed', folder, '-c', 'kaggle', '--no-token-vectors', '--json'], { home, env });
    expect([again.exitCode, again.stderr]).toEqual([0, expect.anything()]);
    expect(JSON.parse(again.stdout)).toMatchObject({ unchanged: job.chunks, written: 0 });
  });

  test('a notebook that read an earlier version of the dataset is started again, and its output is not taken', async () => {
    const state = join(job.folder, 'job.json');
    writeFileSync(state, readFileSync(state, 'utf8').replace('"done"', '"prepared"'));
    kaggle.set({ late: true });
    const callsBefore = kaggle.calls().length;
    const run = await kaggle.embed(['--run', job.runId, ...sends]);
    expect([run.exitCode, run.stderr]).toEqual([0, expect.stringContaining('read an earlier version of its dataset')]);
    const calls = kaggle.calls().slice(callsBefore);
    const sent = calls.map((args) => args.slice(0, 2).join(' ')).filter((call) => /create|version|push/.test(call));
    expect(sent).toEqual(['datasets version', 'kernels push', 'kernels push']);
  });

  test.for<[string, object, number, string]>([
    ['nobody is logged in', { loggedOut: true }, 7, 'nobody is logged in'],
    [
      'the quota is used up',
      { push: 'Kernel push error: Maximum weekly GPU quota of 30.00 hours reached.' },
      5,
      'Maximum weekly GPU quota',
    ],
    [
      'a dataset that Kaggle does not find',
      { push: 'The following are not valid dataset sources: x' },
      1,
      'not valid dataset',
    ],
  ])('%s', async ([, scenario, exitCode, says]) => {
    kaggle.set(scenario);
    // A run that was handed over before is handed over again.
    const state = join(job.folder, 'job.json');
    const before = readFileSync(state, 'utf8');
    writeFileSync(state, before.replace('"done"', '"sent"'));
    const run = await kaggle.embed(['--run', job.runId, ...sends]);
    writeFileSync(state, before);
    expect([run.exitCode, run.stderr]).toEqual([exitCode, expect.stringContaining(says)]);
  });

  test.for<[string, (output: string) => void, number, string]>([
    [
      'with half of its result',
      (output) => writeFileSync(join(output, 'qdx-result.json'), '{"runId":'),
      4,
      'qdx-result.json in the output of',
    ],
    ['without its result', (output) => rmSync(join(output, 'qdx-result.json')), 4, 'qdx-result.json is missing'],
    [
      'F25: of another run',
      (output) => writeFileSync(join(output, 'qdx-result.json'), '{"runId":"other","state":"complete"}'),
      4,
      'is of run other',
    ],
  ])('output %s is refused, and the file stays as it was', async ([, spoil, exitCode, says]) => {
    const before = readFileSync(kaggle.out);
    kaggle.set({});
    const output = join(kaggle.root, 'output');
    const saved = readFileSync(join(output, 'qdx-result.json'));
    spoil(output);
    const run = await kaggle.embed(['--run', job.runId]);
    writeFileSync(join(output, 'qdx-result.json'), saved);
    expect([run.exitCode, run.stderr]).toEqual([exitCode, expect.stringContaining(says)]);
    expect(readFileSync(kaggle.out)).toEqual(before);
  });
});

describe('without a kaggle command', () => {
  test('the three steps are printed, nothing is done, and what a process that died left is removed', async () => {
    const home = temporaryHome();
    const { pid } = spawnSync(process.execPath, ['--version']);
    const jobs = join(home, 'data/qdx/kaggle');
    mkdirSync(join(jobs, `draft-${machineId()}.${pid}.0123456789ab.new/dataset`), { recursive: true });
    const args = ['embed', folder, '--on', 'kaggle', '--out', join(home, 'v.jsonl'), '--kaggle-account', 'anna'];
    const run = await runQdx(args, { home, env: { PATH: '/nowhere' } });
    expect(run.exitCode).toBe(3);
    expect(run.stderr).toContain('the kaggle command is not on the PATH');
    expect(run.stdout).toMatch(
      /1\. kaggle datasets create -p \S+dataset -t\n {2}2\. kaggle kernels push -p \S+kernel\n {2}3\. /,
    );
    expect(readdirSync(jobs).filter((name) => !/^qdx-[0-9a-f]{16}$/.test(name))).toEqual([]);
    const unnamed = await runQdx(args.slice(0, -2), { home, env: { PATH: '/nowhere' } });
    expect([unnamed.exitCode, unnamed.stderr]).toEqual([2, expect.stringContaining('--kaggle-account')]);
  });

  test('output of a killed notebook that was fetched by hand counts, and the next steps send it along', async () => {
    const home = temporaryHome();
    const env = { PATH: '/nowhere' };
    const begin = [
      'embed',
      folder,
      '--on',
      'kaggle',
      '--out',
      join(home, 'v.jsonl'),
      '--kaggle-account',
      'anna',
      '--json',
    ];
    const job = JSON.parse((await runQdx(begin, { home, env })).stdout) as { runId: string; folder: string };
    const resume = ['embed', '--on', 'kaggle', '--run', job.runId];
    const key = jobKey(job.runId);
    const put = (name: string) => writeFileSync(join(job.folder, 'output', `${key}-${name}`), '{"a":1}\n');
    put('1-of-2.jsonl');
    put('2-of-2.jsonl.partial');
    const killed = await runQdx(resume, { home, env });
    expect([killed.exitCode, killed.stderr]).toEqual([3, expect.stringContaining('what it wrote counts: 16 B')]);
    expect(killed.stdout).toMatch(
      /1\. kaggle datasets version -p \S+dataset -m 'qdx run \w+' -t\n {2}2\. kaggle kernels push/,
    );
    expect(readdirSync(join(job.folder, 'output'))).toEqual([]);
    expect(readdirSync(join(job.folder, 'dataset'))).toContain(`${key}-2-of-2.jsonl.partial`);
    put('1-of-2.jsonl');
    const sent = linesOf(join(job.folder, 'dataset/qdx-chunks.jsonl'));
    writeFileSync(join(job.folder, 'output', `${key}-2-of-2.jsonl`), sent.slice(0, -1).join('\n'));
    const cut = await runQdx(resume, { home, env });
    expect([cut.exitCode, cut.stderr]).toEqual([4, expect.stringMatching(/kaggle kernels output .* fetches it again/)]);
  });
});
