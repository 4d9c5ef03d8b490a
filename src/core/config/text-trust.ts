/**
 * Where texts may travel: before the first one leaves the machine for a destination, the user is told what goes where, and
 * asked. The answer is remembered in the user's data folder, so that it is asked once for each destination.
 */
import { readFile } from 'node:fs/promises';
import { makeFolder } from '../../lib/make-folder.ts';
import { dirname, join } from 'node:path';
import { QdxError } from '../../lib/errors.ts';
import type { OnEvent } from '../../lib/events.ts';
import { ownValue } from '../../lib/own-value.ts';
import { writeWholeFile } from '../../lib/partial-file.ts';

export interface TextTravel {
  /** What the answer is remembered for, never with a key in it: `kaggle.com/anna`, `https://api.example.com`. */
  readonly destination: string;
  /** What goes, and as what it will lie there: `1,344 chunks (2.1 MB) as the private dataset anna/qdx-5f0c`. */
  readonly what: string;
}

export interface TravelConsent {
  /** The user's data folder of qdx. */
  readonly dataFolder: string;
  /** `--allow-remote-text` was typed, or a setting of the user's own says so. */
  readonly isAllowed: boolean;
  /** `--yes` was typed. */
  readonly isYes: boolean;
  /** A question on the terminal that `--yes` does not answer; null where nobody can be asked. */
  readonly ask: (question: string) => Promise<string | null>;
  readonly onEvent?: OnEvent;
}

/**
 * Says what is about to leave, every time; asks, the first time. Where nobody can be asked it takes `--allow-remote-text` and
 * `--yes` together, which is remembered for no later run.
 * @throws QdxError `refused` where the answer is no, or there is none.
 */
export async function assertTextMayTravel(travel: TextTravel, consent: TravelConsent): Promise<void> {
  const { destination, what } = travel;
  const remembered = await readAnswers(consent.dataFolder);
  if (ownValue(remembered, destination) === undefined && !(consent.isAllowed && consent.isYes)) {
    const question = `${what} will leave this machine for ${destination}. Send it? This is asked once. [y/N]`;
    const answer = await consent.ask(question);
    if (answer === null || !/^\s*y(es)?\s*$/iu.test(answer)) throw refusal(travel, answer !== null);
    await remember(consent.dataFolder, { ...remembered, [destination]: new Date().toISOString() });
  }
  consent.onEvent?.({ type: 'note', message: `leaving this machine for ${destination}: ${what}` });
}

const refusal = ({ destination, what }: TextTravel, wasAsked: boolean): QdxError =>
  new QdxError(
    'refused',
    `nothing was sent to ${destination}: ${what}, ${wasAsked ? 'and the answer was no' : 'and nobody could be asked'}`,
    { hint: `--allow-remote-text --yes sends it unasked; on a terminal it is asked once`, details: { destination } },
  );

/** Destination -> when it was allowed, ISO 8601. */
type Answers = Readonly<Record<string, string>>;

const answersPath = (dataFolder: string): string => join(dataFolder, 'allowed-destinations.json');

/** A file that is not there, or no longer readable as answers, allows nothing: then it is asked again. */
async function readAnswers(dataFolder: string): Promise<Answers> {
  try {
    const answers: unknown = JSON.parse(await readFile(answersPath(dataFolder), 'utf8'));
    return typeof answers === 'object' && answers !== null && !Array.isArray(answers) ? (answers as Answers) : {};
  } catch {
    return {};
  }
}

async function remember(dataFolder: string, answers: Answers): Promise<void> {
  const path = answersPath(dataFolder);
  makeFolder(dirname(path));
  await writeWholeFile(path, `${JSON.stringify(answers, null, 2)}\n`);
}
