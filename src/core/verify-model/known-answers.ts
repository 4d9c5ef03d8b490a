/**
 * Known-answer ranking: questions whose right text no usable model may rank below the others.
 */
import { cosine } from '../qdrant/collection/parity.ts';
import type { VectorLab } from './lab.ts';
import { type Check, check } from './report.ts';

/** Written for qdx; each question belongs to the text beside it, the other texts are its wrong answers. */
export const knownPairs: readonly (readonly [question: string, answer: string])[] = [
  [
    'read a file line by line',
    'def read_lines(path):\n    with open(path) as file:\n        for line in file:\n            yield line.rstrip()',
  ],
  ['sort a list of numbers', 'function sortNumbers(numbers) {\n  return [...numbers].sort((a, b) => a - b);\n}'],
  [
    'send an HTTP request and parse the JSON answer',
    'async function fetchJson(url) {\n  const response = await fetch(url);\n  return response.json();\n}',
  ],
  ['compute the greatest common divisor', 'int gcd(int a, int b) {\n  return b == 0 ? a : gcd(b, a % b);\n}'],
  [
    'connect to a postgres database',
    'import psycopg\n\ndef connect(host, user, password):\n    return psycopg.connect(host=host, user=user, password=password)',
  ],
  [
    'hash a password with a salt',
    'def hash_password(password: bytes) -> bytes:\n    salt = os.urandom(16)\n    return salt + hashlib.scrypt(password, salt=salt, n=16384, r=8, p=1)',
  ],
  [
    'how to rotate a log file every day',
    'Logs are rotated daily at midnight. Old log files are compressed and kept for fourteen days.',
  ],
  [
    'what happens when the disk is full',
    'If there is no space left on the device, writes fail and the service goes into read-only mode.',
  ],
  [
    'how do I reset my password',
    'Open the account page, choose “Forgot password”, and follow the link in the e-mail to set a new one.',
  ],
  [
    'limit the number of retries',
    'The client retries a failed request up to five times; set max_retries to change that.',
  ],
  ['how long do apples keep', 'Stored cool and dark, apples stay fresh for several weeks, in a cellar for months.'],
  ['capital of France', 'Paris, on the Seine, is the seat of the French government.'],
];

export async function checkKnownAnswers({ query, bulk }: VectorLab): Promise<Check> {
  const answers = await Promise.all(
    knownPairs.map(async ([, answer]) => (await bulk.encode(answer, { role: 'document' })).vector),
  );
  const wrong: string[] = [];
  for (const [index, [question]] of knownPairs.entries()) {
    const { vector } = await query.encode(question, { role: 'query' });
    const scores = answers.map((answer) => cosine(vector, answer));
    if (scores.indexOf(Math.max(...scores)) !== index) wrong.push(question);
  }
  return knownAnswers(wrong);
}

/** @param wrong Questions for which another text came first. */
export function knownAnswers(wrong: readonly string[]): Check {
  const right = knownPairs.length - wrong.length;
  const found = `${right} of ${knownPairs.length}${wrong.length > 0 ? `, not for: ${wrong.join('; ')}` : ''}`;
  return check('known answers', wrong.length === 0, 'the right text first for each question', found);
}
