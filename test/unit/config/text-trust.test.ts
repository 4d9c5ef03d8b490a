import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assertTextMayTravel, type TravelConsent } from '../../../src/core/config/text-trust.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const travel = { destination: 'kaggle.com/anna', what: '3 chunks (1.2 KB) as the private dataset anna/qdx-1' };

function consentWith(answer: string | null, more: Partial<TravelConsent> = {}) {
  const [questions, said] = [[] as string[], [] as string[]];
  const consent: TravelConsent = {
    dataFolder: temporaryFolder('data'),
    isAllowed: false,
    isYes: false,
    ask: async (question) => (questions.push(question), answer),
    onEvent: (event) => event.type === 'note' && said.push(event.message),
    ...more,
  };
  return { consent, questions, said };
}

test.for<[string, string | null, Partial<TravelConsent>, 'sent' | 'refused', number]>([
  ['yes on a terminal', 'yes', {}, 'sent', 1],
  ['y on a terminal', ' Y ', {}, 'sent', 1],
  ['no on a terminal', 'n', {}, 'refused', 1],
  ['an empty answer', '', {}, 'refused', 1],
  ['nobody to ask', null, {}, 'refused', 1],
  ['nobody to ask, --yes alone', null, { isYes: true }, 'refused', 1],
  ['nobody to ask, --allow-remote-text alone', null, { isAllowed: true }, 'refused', 1],
  ['--allow-remote-text on a terminal still asks', 'no', { isAllowed: true }, 'refused', 1],
  ['--allow-remote-text --yes', null, { isAllowed: true, isYes: true }, 'sent', 0],
])('%s', async ([, answer, flags, outcome, asked]) => {
  const { consent, questions, said } = consentWith(answer, flags);
  const result = await assertTextMayTravel(travel, consent).then(
    () => 'sent',
    (error: { kind: string }) => error.kind,
  );
  expect([result, questions.length]).toEqual([outcome, asked]);
  for (const question of questions) expect(question).toContain(travel.what);
  expect(said).toEqual(outcome === 'sent' ? [`leaving this machine for kaggle.com/anna: ${travel.what}`] : []);
});

test('a yes is remembered for its destination alone, and said every time', async () => {
  const { consent, questions, said } = consentWith('yes');
  await assertTextMayTravel(travel, consent);
  await assertTextMayTravel({ ...travel, what: '9 chunks' }, consent);
  expect([questions.length, said.length]).toEqual([1, 2]);
  await assertTextMayTravel({ ...travel, destination: 'https://api.example.com' }, consent);
  expect(questions).toHaveLength(2);
  const file = JSON.parse(readFileSync(join(consent.dataFolder, 'allowed-destinations.json'), 'utf8')) as object;
  expect(Object.keys(file)).toEqual(['kaggle.com/anna', 'https://api.example.com']);
});

test('flags are remembered for no later run', async () => {
  const { consent } = consentWith(null, { isAllowed: true, isYes: true });
  await assertTextMayTravel(travel, consent);
  await expect(assertTextMayTravel(travel, { ...consent, isAllowed: false })).rejects.toMatchObject({
    kind: 'refused',
    hint: expect.stringContaining('--allow-remote-text --yes') as unknown,
  });
});

test.for(['', '[1]', '{"kaggle.com/anna', 'null', '{"__proto__": "2026-01-01"}'])(
  'a file of answers that holds %j allows nothing',
  async (text) => {
    const { consent, questions } = consentWith('no');
    writeFileSync(join(consent.dataFolder, 'allowed-destinations.json'), text);
    await expect(assertTextMayTravel(travel, consent)).rejects.toMatchObject({ kind: 'refused' });
    expect(questions).toHaveLength(1);
  },
);
