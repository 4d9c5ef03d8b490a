/**
 * Every text of a collection, looked at once before anything is made: how many points have none, how many vectors the cache has,
 * and, of a sample spread over all ids, how many tokens there are and how many texts are longer than the model reads.
 */
import { counted, formatCount } from '../../../lib/quantities.ts';
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import type { Embedder } from '../../embed/embedder.ts';
import type { Tokenizer } from '../../models/tokenizer.ts';
import type { Side } from '../points/side.ts';
import { displayId, type IdToken } from '../points/point-order.ts';
import { createPageSize, type IdRange, scanRange } from '../points/scan-range.ts';
import { payloadOf } from './point-line.ts';
import { partsOf } from '../points/point-parts.ts';
import type { PayloadKeyFacts, SourceProbe } from './probe.ts';
import { type Payload, type TextRule, textOf } from './text-rule.ts';

export interface Survey {
  readonly points: number;
  readonly withoutText: number;
  /** The first few of these. */
  readonly firstWithoutText: readonly string[];
  readonly texts: number;
  readonly chars: number;
  /** Texts whose vectors are in the cache. */
  readonly cached: number;
  /** Of the sample: that many of them are counted. */
  readonly sampledTexts: number;
  /** Tokens that the model will read, estimated from the sample by characters; those in the cache are left out. */
  readonly freshTokens: number;
  /** Tokens that the model reads of a text, on average of the sample. */
  readonly tokensPerText: number;
  /** Texts longer than the model reads, estimated. */
  readonly truncated: number;
  /** Share of all tokens that the model will not read, of the sample. */
  readonly unreadShare: number;
  /** Texts of the sample that are not in the cache: for the speed. */
  readonly sample: readonly string[];
}

export interface SurveyInput {
  readonly from: Side;
  readonly shardKeys: readonly IdRange['shardKey'][];
  readonly rule: TextRule;
  readonly embedder: Pick<Embedder, 'isKnown'>;
  readonly tokenizer: Tokenizer;
  readonly maxTokens: number;
  /** For the stride of the sample. */
  readonly points: number;
}

const sampleSize = 512;
const mostIds = 5;

export async function surveyTexts(input: SurveyInput, run: RunOptions = {}): Promise<Survey> {
  const { from, rule, embedder, points: expected } = input;
  const stride = Math.max(1, Math.floor(expected / sampleSize));
  const sample: string[] = [];
  const without: string[] = [];
  let [points, withoutText, chars, freshChars, cached] = [0, 0, 0, 0, 0];
  run.onEvent?.({ type: 'phase', name: 'reading', detail: `the texts of ${from.physical}` });
  for await (const { id, payload } of payloadsOf(input, run)) {
    run.signal?.throwIfAborted();
    if (++points % 1000 === 0)
      run.onEvent?.({ type: 'progress', stage: 'reading', done: points, total: expected, unit: 'points' });
    const text = textOf(payload, rule);
    if (text === null) {
      withoutText++;
      if (without.length < mostIds) without.push(displayId(id));
      continue;
    }
    chars += text.length;
    const isKnown = embedder.isKnown(text);
    if (isKnown) cached++;
    else freshChars += text.length;
    if (points % stride === 0 && sample.length < sampleSize) sample.push(text);
  }
  const counted = countSample(sample, input);
  return {
    points,
    withoutText,
    firstWithoutText: without,
    texts: points - withoutText,
    chars,
    cached,
    sampledTexts: sample.length,
    freshTokens: Math.round(freshChars * counted.tokensPerChar),
    tokensPerText: counted.tokensPerText,
    truncated: Math.round((points - withoutText) * counted.truncatedShare),
    unreadShare: counted.unreadShare,
    sample: sample.filter((text) => !embedder.isKnown(text)),
  };
}

async function* payloadsOf(
  { from, shardKeys }: SurveyInput,
  run: RunOptions,
): AsyncGenerator<{ readonly id: IdToken; readonly payload: Payload }, void, undefined> {
  const { connection, physical } = from;
  for (const shardKey of shardKeys) {
    const range = { from: null, to: null, shardKey };
    // Pages follow the size of payloads.
    const pages = scanRange(connection, { physical, range, vectors: false, pageSize: createPageSize() }, run);
    for await (const page of pages)
      for (const point of page) yield { id: point.id, payload: payloadOf(partsOf(point)) };
  }
}

function countSample(sample: readonly string[], { tokenizer, maxTokens }: SurveyInput) {
  let [chars, tokens, read, truncated] = [0, 0, 0, 0];
  for (const text of sample) {
    const count = tokenizer.count(text) + tokenizer.specialTokens;
    chars += text.length;
    tokens += count;
    read += Math.min(count, maxTokens);
    if (count > maxTokens) truncated++;
  }
  return {
    tokensPerChar: chars === 0 ? 0 : read / chars,
    tokensPerText: sample.length === 0 ? 0 : read / sample.length,
    truncatedShare: sample.length === 0 ? 0 : truncated / sample.length,
    unreadShare: tokens === 0 ? 0 : 1 - read / tokens,
  };
}

/** @throws QdxError `refused` for points without text, naming the key that was looked for and those there are. */
export function assertTexts(
  { survey, rule, probe }: { readonly survey: Survey; readonly rule: TextRule; readonly probe: SourceProbe },
  allowWithoutText: boolean,
): void {
  const { withoutText, points, firstWithoutText } = survey;
  const all = withoutText === points;
  if (withoutText === 0 || (allowWithoutText && !all)) return;
  const few = `${formatCount(withoutText)} of ${counted(points, 'points')}`;
  const named = {
    card: 'its card names it',
    flag: '--text-field',
    settings: 'payloadKeys.content',
    default: 'the default',
  };
  throw new QdxError(
    'refused',
    `${all ? 'no point' : few} of ${probe.physical} ${all ? 'has' : 'have no'} text under the payload key "${rule.field}" ` +
      `(${named[rule.namedBy]}); of ${probe.sampledPoints} sampled points there are: ${describeKeys(probe.payloadKeys)}`,
    {
      hint: all
        ? `name the key of the text: --text-field ${probe.payloadKeys.find(({ texts }) => texts > 0)?.key ?? '<key>'}`
        : `--allow-without-text lets them over without a vector (the first: ${firstWithoutText.join(', ')}); or name another key with --text-field`,
      details: { field: rule.field, withoutText, points, firstWithoutText, keys: probe.payloadKeys },
    },
  );
}

const mostKeys = 12;

/** `body (text in 256, 812 characters on average), page (in 256)` */
function describeKeys(keys: readonly PayloadKeyFacts[]): string {
  if (keys.length === 0) return 'no payload keys at all';
  const shown = keys
    .slice(0, mostKeys)
    .map(({ key, points, texts, averageChars }) =>
      texts > 0
        ? `${key} (text in ${texts}, ${formatCount(averageChars)} characters on average)`
        : `${key} (no text, in ${points})`,
    );
  return `${shown.join(', ')}${keys.length > mostKeys ? ` and ${keys.length - mostKeys} more` : ''}`;
}
