/**
 * `qdx doctor`: looks at everything that qdx depends on, changes nothing, starts nothing, and goes on whatever it meets.
 */
import { isQdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import { environmentFindings } from './environment.ts';
import { type Area, areas, broken, type Finding, type Found, type Patient } from './finding.ts';
import { leftoverFindings } from './leftovers.ts';
import { localServerFindings } from './local-server.ts';
import { diskFindings, gpuFindings } from './machine.ts';
import { modelFindings } from './models.ts';
import { serverFindings } from './server.ts';
import { settingFindings } from './settings.ts';
import { versionFindings } from './versions.ts';

export type { Finding } from './finding.ts';

export interface Examination {
  readonly findings: readonly Finding[];
  readonly broken: number;
  readonly warnings: number;
}

type Check = (patient: Patient, run: RunOptions) => Promise<readonly Found[]>;

const checks: Readonly<Record<Area, Check>> = {
  settings: settingFindings,
  versions: versionFindings,
  environment: environmentFindings,
  server: serverFindings,
  'local server': localServerFindings,
  leftovers: leftoverFindings,
  models: modelFindings,
  gpu: gpuFindings,
  disk: diskFindings,
};

export async function examine(patient: Patient, run: RunOptions = {}): Promise<Examination> {
  const findings: Finding[] = [];
  for (const area of areas) {
    run.onEvent?.({ type: 'phase', name: 'checking', detail: area });
    const found = await checks[area](patient, run).catch((error: unknown) => [failedCheck(error, run)]);
    findings.push(...found.map((each) => ({ area, ...each })));
  }
  const count = (state: Finding['state']) => findings.filter((finding) => finding.state === state).length;
  return { findings, broken: count('broken'), warnings: count('warning') };
}

/** What stopped a check is what is wrong, in qdx itself too: the other areas are looked at all the same. */
function failedCheck(error: unknown, { signal, onEvent }: RunOptions): Found {
  signal?.throwIfAborted();
  if (isQdxError(error)) return broken(error.message, error.hint);
  onEvent?.({ type: 'trace', message: error instanceof Error ? String(error.stack) : String(error) });
  return broken(
    `this check failed in a way that qdx does not know: ${String(error)}`,
    'report it: qdx doctor --verbose',
  );
}
