/**
 * The settings: which files were read, and what is not as it would be by itself, with its origin.
 */
import { shownSettings } from '../config/show.ts';
import { type Found, ok, type Patient, warning } from './finding.ts';

/** Rejects, as the settings do, where they are broken. */
export async function settingFindings({ settings }: Patient): Promise<Found[]> {
  const resolved = await settings();
  const { files, warnings } = resolved;
  const read = [files.project, files.user].filter((path) => path !== null);
  const set = shownSettings(resolved).filter(({ origin, value }) => value !== undefined && origin.kind !== 'default');
  const typed = set.filter(({ origin }) => origin.kind !== 'preset');
  return [
    ok(read.length === 0 ? 'no settings file is read' : `read from ${read.join(' and ')}`),
    ...typed.map(({ path, value, origin }) =>
      ok(`${path} = ${JSON.stringify(value)} (${origin.kind}: ${origin.name})`),
    ),
    ...warnings.map((text) => warning(text, 'qdx config show')),
  ];
}
