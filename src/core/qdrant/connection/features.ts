/**
 * What a server can do, by its version; a server ignores what it does not know, so qdx asks first.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { ServerFeatures, ServerInfo } from './connection.ts';

/** Minor versions that the tests of this qdx ran against. */
const testedVersions = { from: '1.16', to: '1.16' } as const;

interface FeatureRow {
  readonly since: string;
  /** Ends the sentence "... needs Qdrant 1.16". */
  readonly label: string;
}

/** https://github.com/qdrant/qdrant/releases names the version of each. */
const featureRows: Readonly<Record<keyof ServerFeatures, FeatureRow>> = {
  collectionMetadata: { since: '1.16', label: 'metadata of a collection' },
  binaryEncodings: { since: '1.15', label: 'another binary encoding than one bit' },
  conditionalUpsert: { since: '1.16', label: 'an upsert with a condition' },
};

export function featuresOf(version: string): ServerFeatures {
  const has = (feature: keyof ServerFeatures) => atLeast(version, featureRows[feature].since);
  return {
    collectionMetadata: has('collectionMetadata'),
    binaryEncodings: has('binaryEncodings'),
    conditionalUpsert: has('conditionalUpsert'),
  };
}

/** @throws QdxError `refused` where the server is too old: it would ignore what it does not know, without a word. */
export function requireFeature(server: ServerInfo, feature: keyof ServerFeatures, instead?: string): void {
  if (server.features[feature]) return;
  const { label, since } = featureRows[feature];
  throw new QdxError('refused', `${label} needs Qdrant ${since}; this server is ${server.version}`, {
    hint: instead ?? `upgrade the server to ${since} or later, one minor version at a time`,
    details: { feature, needs: since, version: server.version },
  });
}

/** A sentence for servers outside of what was tested; undefined inside. */
export function untestedVersionWarning(version: string, url: string): string | undefined {
  const { from, to } = testedVersions;
  if (compareVersions(version, from) >= 0 && compareVersions(minorOf(version), to) <= 0) return undefined;
  const tested = minorOf(from) === minorOf(to) ? from : `${from} to ${to}`;
  return `${url} runs Qdrant ${version}; this qdx was tested with ${tested}`;
}

const atLeast = (version: string, needed: string): boolean => compareVersions(version, needed) >= 0;

/** `1.16.3` -> `1.16` */
export const minorOf = (version: string): string => version.split('.').slice(0, 2).join('.');

/** Below 0 where `a` is older. Missing parts count as 0; what follows a `-` or `+` is left out. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  for (let part = 0; part < 3; part++) {
    const difference = (left[part] ?? 0) - (right[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const numbersOf = (version: string): number[] =>
  (version.split(/[-+]/)[0] ?? '').split('.').map((part) => Number.parseInt(part, 10) || 0);
