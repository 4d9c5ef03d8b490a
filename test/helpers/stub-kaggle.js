#!/usr/bin/env node
/**
 * Stands for the `kaggle` command, since Kaggle cannot be reached from a test: takes the same arguments, prints the same lines as
 * version 2.2.4, keeps what it is given in $STUB_KAGGLE, and runs the notebook there with python3 when it is pushed.
 * `scenario.json` in that folder says what goes wrong; `calls.jsonl` gets every call.
 */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const root = process.env['STUB_KAGGLE'] ?? '';
const args = process.argv.slice(2);
const place = (name) => join(root, name);
const scenario = existsSync(place('scenario.json')) ? JSON.parse(readFileSync(place('scenario.json'), 'utf8')) : {};
const state = existsSync(place('state.json')) ? JSON.parse(readFileSync(place('state.json'), 'utf8')) : { asked: 0 };
const option = (name) => args[args.indexOf(name) + 1] ?? '';
const [group, verb] = args;
appendFileSync(place('calls.jsonl'), `${JSON.stringify(args)}\n`);

const fail = (text) => {
  process.stderr.write(`${text}\n`);
  process.exit(1);
};

const commands = {
  'config view': () =>
    scenario.loggedOut
      ? fail('Authentication required to call the Kaggle API.\n\n    kaggle auth login')
      : 'Configuration values from /home/anna/.config/kaggle\n- username: anna\n- auth_method: OAUTH\n- path: None',
  'datasets status': () => {
    if (!state.dataset) fail('403 Client Error: Forbidden for url: https://api.kaggle.com/v1/datasets');
    state.asked++;
    return state.asked < 2 ? 'pending' : 'ready';
  },
  'datasets create': () => sendDataset('Your private Dataset is being created. Please check progress at https://'),
  'datasets version': () => sendDataset('Dataset version is being created. Please check progress at https://'),
  'kernels push': () => {
    if (scenario.push) return scenario.push;
    runNotebook();
    if (existsSync(place('later'))) {
      rmSync(place('input'), { recursive: true, force: true });
      renameSync(place('later'), place('input'));
    }
    state.statuses = ['QUEUED', 'RUNNING', state.exitCode === 0 ? 'COMPLETE' : 'ERROR'];
    return 'Kernel version 1 successfully pushed.  Please check progress at https://';
  },
  'kernels status': () => {
    const next = state.statuses.length > 1 ? state.statuses.shift() : state.statuses[0];
    return `${args[2]} has status "KernelWorkerStatus.${scenario.stuck ?? next}"`;
  },
  'kernels logs': () => readFileSync(place('log.txt'), 'utf8'),
  'kernels output': () => cpSync(place('output'), option('-p'), { recursive: true }),
};

function sendDataset(text) {
  // Kaggle may start a notebook before the version that was uploaded for it.
  const input = scenario.late ? 'later' : 'input';
  rmSync(place(input), { recursive: true, force: true });
  cpSync(option('-p'), place(`${input}/datasets/anna/some-name`), { recursive: true });
  // A model that its owner attached to the notebook.
  if (scenario.attach) cpSync(scenario.attach, place('input/models/some-model'), { recursive: true });
  Object.assign(state, { dataset: true, asked: 0 });
  return text;
}

/** As Kaggle does: a fresh machine, the dataset at some path, an empty folder for the output. */
function runNotebook() {
  cpSync(option('-p'), place('kernel'), { recursive: true });
  for (const name of ['machine', 'output']) {
    rmSync(place(name), { recursive: true, force: true });
    mkdirSync(place(name));
  }
  const { status, stdout, stderr } = spawnSync(
    scenario.python ?? 'python3',
    [
      join(import.meta.dirname, 'run-notebook.py'),
      place('kernel/qdx-embed.ipynb'),
      ...(scenario.model ? [scenario.model] : []),
    ],
    {
      cwd: place('machine'),
      encoding: 'utf8',
      env: { ...process.env, ...scenario.env, QDX_INPUT: place('input'), QDX_OUTPUT: place('output') },
    },
  );
  writeFileSync(place('log.txt'), JSON.stringify([{ stream_name: 'stdout', time: 1, data: stdout + stderr }]));
  state.exitCode = status;
}

const text = commands[`${group} ${verb}`]?.() ?? '';
writeFileSync(place('state.json'), JSON.stringify(state));
if (text) process.stdout.write(`${text}\n`);
