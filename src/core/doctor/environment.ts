/**
 * Variables of the environment that change what qdx or Node does, and are easily forgotten.
 */
import { withoutPassword } from '../../lib/redact.ts';
import { type Found, ok, type Patient, warning } from './finding.ts';

interface Trap {
  readonly names: readonly string[];
  /** Whether this value is one to speak of; absent: any. */
  readonly matters?: (value: string) => boolean;
  readonly message: (name: string, value: string) => string;
  readonly fix: (name: string) => string;
}

const isOn = (value: string): boolean => ['1', 'true', 'yes', 'on'].includes(value.toLowerCase());
const unset = (name: string): string => `unset ${name}`;

const traps: readonly Trap[] = [
  {
    names: ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'],
    message: (name) => `${name} is set: Node goes through a proxy only from version 24 on, with NODE_USE_ENV_PROXY=1`,
    fix: () => 'reach the server and the model hub without it, or use Node 24 with NODE_USE_ENV_PROXY=1',
  },
  {
    names: ['NODE_OPTIONS'],
    message: (name, value) => `${name}=${value} applies to qdx and its workers too`,
    fix: unset,
  },
  {
    names: ['NODE_TLS_REJECT_UNAUTHORIZED'],
    matters: (value) => value === '0',
    message: (name) => `${name}=0: nobody checks who the server is, and your API key goes to whoever answers`,
    fix: (name) => `unset ${name}, and name your own authority with NODE_EXTRA_CA_CERTS`,
  },
  {
    names: ['HF_ENDPOINT'],
    message: (name, value) => `${name}: models are downloaded from ${value}`,
    fix: unset,
  },
  {
    names: ['HF_HUB_OFFLINE', 'QDX_OFFLINE'],
    matters: isOn,
    message: (name) => `${name}: no model is downloaded`,
    fix: unset,
  },
  {
    names: ['OMP_NUM_THREADS', 'OMP_WAIT_POLICY', 'KMP_AFFINITY'],
    message: (name, value) => `${name}=${value} may change how fast texts are embedded`,
    fix: unset,
  },
];

export async function environmentFindings({ environment }: Patient): Promise<Found[]> {
  const found = traps.flatMap((trap) =>
    trap.names.flatMap((name) => {
      const value = environment[name];
      const isQuiet = value === undefined || value === '' || trap.matters?.(value) === false;
      return isQuiet ? [] : [warning(trap.message(name, withoutPassword(value)), trap.fix(name))];
    }),
  );
  return found.length === 0 ? [ok('no variable is in the way')] : found;
}
