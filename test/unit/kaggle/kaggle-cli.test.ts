/**
 * What the `kaggle` command prints, as version 2.2.4 and older ones word it.
 */
import { expect, test } from 'vitest';
import { renderKaggle } from '../../../src/commands/embed/on-kaggle.ts';
import { jobKey } from '../../../src/core/kaggle/job.ts';
import { logText, parseStatus } from '../../../src/core/kaggle/kaggle-cli.ts';
import { failureOf } from '../../../src/core/kaggle/kaggle-failure.ts';
import { kernelMetadata } from '../../../src/core/kaggle/metadata.ts';
import { manualSteps } from '../../../src/core/kaggle/steps.ts';
import { embeddedSoFar } from '../../../src/core/kaggle/wait.ts';

test.for<[string, object]>([
  ['a/b has status "KernelWorkerStatus.QUEUED"', { state: 'waiting', word: 'queued', failure: null }],
  ['a/b has status "KernelWorkerStatus.RUNNING"\n', { state: 'running' }],
  ['a/b has status "complete"', { state: 'complete', word: 'complete' }],
  ['Warning: old version\na/b has status "KernelWorkerStatus.COMPLETE"', { state: 'complete' }],
  ['a/b has status "KernelWorkerStatus.CANCEL_ACKNOWLEDGED"', { state: 'cancelled' }],
  [
    'a/b has status "KernelWorkerStatus.ERROR"\nFailure message: "Your notebook\ntried to use too much memory"\n',
    { state: 'failed', failure: 'Your notebook\ntried to use too much memory' },
  ],
])('status %j', ([text, expected]) => {
  expect(parseStatus(text)).toMatchObject(expected);
});

test('a status that is none is an error', () => {
  expect(() => parseStatus('usage: kaggle')).toThrow('printed no status: usage: kaggle');
});

test.for<[string, string, string]>([
  ['Authentication required to call the Kaggle API.\n\nkaggle auth login', 'denied', 'nobody is logged in'],
  ['401 Client Error: Unauthorized for url: https://api.kaggle.com/x', 'denied', '401 Client Error'],
  ['OSError: Could not find kaggle.json. Make sure it is in /root/.kaggle', 'denied', 'kaggle.json'],
  ['403 Client Error: Forbidden for url: x', 'denied', '403'],
  ['404 Client Error: Not Found for url: x', 'notFound', '404'],
  ['Kernel push error: Maximum weekly GPU quota of 30.00 hours reached.', 'temporary', 'Maximum weekly GPU quota'],
  ['429 Client Error: Too Many Requests', 'temporary', '429'],
  ['503 Server Error: Service Unavailable', 'temporary', '503'],
  ['HTTPSConnectionPool(host=...): Max retries exceeded (Failed to resolve)', 'temporary', 'Max retries'],
  ['Dataset creation error: The title is taken', 'failed', 'The title is taken'],
  ['', 'failed', 'it printed nothing'],
])('a failure that says %j is %s', ([text, kind, says]) => {
  const failure = failureOf(['kernels', 'push', '-p', '/secret/place'], { exitCode: 1, text });
  expect(failure).toMatchObject({ kind, message: expect.stringContaining(says) as unknown });
  expect(failure.message).toMatch(/^kaggle kernels push failed: [^\n]*$/);
});

test('progress is the sum of what each shard said last; a log is JSON or text', () => {
  const log = 'x\nqdx shard 1/2: 0/50\nqdx shard 2/2: 20/40\nqdx shard 1/2: 30/50\n';
  expect(embeddedSoFar(log)).toBe(50);
  expect(embeddedSoFar('nothing yet')).toBeNull();
  const pieces = [{ data: 'qdx shard 1/2: ' }, { data: '30/50\n' }, null, {}];
  expect(embeddedSoFar(logText(JSON.stringify(pieces)))).toBe(30);
  expect(logText('plain\n{')).toBe('plain\n{');
});

const job = {
  version: 1,
  stage: 'prepared',
  sending: '',
  runId: "it's; rm -rf /",
  account: 'anna',
  inputHash: '',
  model: 'm',
  modelPlace: 'm',
  modelFingerprint: '',
  chunks: 1344,
  chunksBytes: 2_100_000,
  isComplete: true,
  out: '/v.jsonl',
} as const;

test('a run id becomes no part of a command line, nor of a name on Kaggle', () => {
  expect(jobKey(job.runId)).toMatch(/^qdx-[0-9a-f]{16}$/);
  const { id, title } = kernelMetadata(job);
  expect([id, title]).toEqual([`anna/${jobKey(job.runId)}`, jobKey(job.runId)]);
  const folders = { root: '/j', dataset: '/j/a b', kernel: '/j/$x', output: '/j/o' };
  expect(manualSteps(job, folders, false)).toEqual([
    "kaggle datasets create -p '/j/a b' -t",
    "kaggle kernels push -p '/j/$x'",
    `kaggle kernels output ${id} -p /j/o -o && qdx embed --on kaggle --run 'it'\\''s; rm -rf /'`,
  ]);
  expect(manualSteps(job, folders, true)[0]).toBe(
    "kaggle datasets version -p '/j/a b' -m 'qdx run it'\\''s; rm -rf /' -t",
  );
});

test('the end is said with what came back, and with what is still on Kaggle', () => {
  const parity = { compared: 16, lowest: 0.9912, mean: 0.9941, floor: 0.98 };
  const result = { written: 1344, sizeBytes: 9_000_000, file: 'model.safetensors', dtype: 'fp16', parity };
  const summary = {
    ...job,
    state: 'done',
    kaggle: 'anna/qdx-1',
    folder: '/j',
    next: ['kaggle a'],
    durationMs: 61_000,
  } as const;
  expect(renderKaggle({ ...summary, runId: 'r1', result })).toBe(
    [
      'wrote 1,344 records (9 MB) to /v.jsonl',
      'chunks    1,344 chunks (2.1 MB) of run r1 sent as anna/qdx-1',
      'checked   every id, payload and length; lowest cosine of 16 samples 0.9912, floor 0.98',
      'time      1 min 1 s, m (model.safetensors, fp16)',
      'next      qdx upload /v.jsonl --collection <name>',
      'on Kaggle there is still the dataset and the notebook:',
      '          kaggle a',
    ].join('\n'),
  );
});
