/**
 * What the `kaggle` command prints when it fails -> a failure that qdx can name.
 */
import type { ErrorKind } from '../../lib/errors.ts';

export interface CallResult {
  readonly exitCode: number | undefined;
  /** Both streams as they came. */
  readonly text: string;
}

export interface KaggleFailure {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly hint?: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly isForbidden: boolean;
}

interface Known {
  readonly says: RegExp;
  readonly kind: ErrorKind;
  readonly hint?: string;
}

/** In this order: a refusal for the quota may carry a status as well. */
const known: readonly Known[] = [
  {
    says: /quota|GPU hours|maximum (weekly|batch|number of (concurrent|active))/i,
    kind: 'temporary',
    hint: 'kaggle quota says how much is left and when there is more; the same command goes on then',
  },
  {
    says: /authentication required|401|unauthori[sz]ed|could not find kaggle\.json|kaggle auth login/i,
    kind: 'denied',
    hint: 'kaggle auth login logs in; the same command goes on then',
  },
  { says: /403|forbidden|permission .* denied/i, kind: 'denied', hint: 'kaggle config view says who is logged in' },
  { says: /404|not found/i, kind: 'notFound' },
  {
    says: /429|too many requests|50[0234]\b|timed out|max retries|failed to (resolve|establish)|connection (reset|refused|aborted|error)|name resolution/i,
    kind: 'temporary',
    hint: 'the same command goes on',
  },
];

const mostChars = 400;

export function failureOf(args: readonly string[], result: CallResult | 'missing'): KaggleFailure {
  const command = `kaggle ${args.slice(0, 2).join(' ')}`;
  if (result === 'missing')
    return { kind: 'notFound', message: 'the kaggle command is gone', details: { command }, isForbidden: false };
  const { text, exitCode } = result;
  const match = known.find(({ says }) => says.test(text));
  const reason = match?.kind === 'denied' && /authentication required/i.test(text) ? 'nobody is logged in' : end(text);
  return {
    kind: match?.kind ?? 'failed',
    message: `${command} failed: ${reason}`,
    ...(match?.hint !== undefined && { hint: match.hint }),
    details: { command, exitCode: exitCode ?? null, output: text.slice(-mostChars) },
    isForbidden: /403|forbidden/i.test(text),
  };
}

/** The last thing that it said, in one line. */
function end(text: string): string {
  const said = text.trim().split('\n').slice(-2).join(' ').replaceAll(/\s+/gu, ' ').slice(-mostChars);
  return said === '' ? 'it printed nothing' : said;
}
