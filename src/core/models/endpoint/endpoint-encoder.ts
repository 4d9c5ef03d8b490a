/**
 * Encoder over a service that makes vectors: texts are gathered into requests, answers are checked before anything is kept.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { counted, formatAmount, formatCount } from '../../../lib/quantities.ts';
import type { ModelCard } from '../cards/card.ts';
import type { EncodedText, Encoder } from '../encoder.ts';
import { runHalving } from '../encoders/batches.ts';
import { normalize } from '../encoders/pooling.ts';
import { prepareText } from '../encoders/prepare-text.ts';
import { TextCrashError } from '../text-crash.ts';
import { openVectorAsker, TooLong, type VectorAsker } from './ask-vectors.ts';
import { createBatchQueue } from './batch-queue.ts';
import { fewestCharsPerToken } from './count-tokens.ts';
import { assertTextsMayGo, endpointPlace } from './endpoint-address.ts';
import type { EndpointModel } from '../found-model.ts';
import { openTextMeasure } from './endpoint-model.ts';
import type { Bill } from './meter.ts';
import { vectorProblem } from './read-vectors.ts';

interface Item {
  /** With the prefix of its role. */
  readonly text: string;
  /** That are read of it, as far as is known. */
  readonly tokens: number;
  /** Of all of it. */
  readonly allTokens: number;
  /** The service may have left its end out, unseen from here. */
  readonly mayBeCut: boolean;
  /** Its end was left out here, since the service found it too long. */
  readonly isCut: boolean;
}

/** How long a request that is not full waits for more texts. One query waits for nobody. */
const bulkLingerMs = 20;

/** @throws QdxError `usage` without an address, `refused` where texts may not go there. */
export async function createEndpointEncoder(
  model: EndpointModel,
  use: 'query' | 'bulk',
  run: RunOptions,
): Promise<Encoder> {
  const { card, params } = model;
  const place = endpointPlace(card.name, params);
  await assertTextsMayGo(card.name, place, params);
  const measure = await openTextMeasure(model);
  const { normalize: isNormal, name } = card;
  const asker = openVectorAsker({ name, place, params, normalize: isNormal, meter: model.meter, onEvent: run.onEvent });
  const lengths: Lengths = { mayBeCut: 0, cut: 0 };
  const life = new AbortController();
  const signal = run.signal ? AbortSignal.any([run.signal, life.signal]) : life.signal;
  const queue = createBatchQueue<Item, EncodedText>({
    maxItems: params.batchSize,
    maxTokens: params.batchTokens,
    parallel: params.parallel,
    lingerMs: use === 'query' ? 0 : bulkLingerMs,
    send: (items) => sendTexts(items, { model, asker, lengths, origin: place.address.origin, signal }),
  });
  return {
    card,
    kind: 'endpoint',
    device: place.address.host,
    parallel: params.batchSize * params.parallel,
    get bill() {
      return model.meter.bill;
    },
    encode: async (text, { role, tokenVectors, tokenWindow = 0, signal: own }) => {
      if (tokenVectors || tokenWindow > 0) throw noTokenVectors(card);
      if (signal.aborted || own?.aborted) throw new QdxError('interrupted', 'stopped before the text was encoded');
      const prepared = prepareText(text, role, card);
      const { tokens: allTokens, isTooLong } = measure(prepared);
      const tokens = Math.min(allTokens, card.maxTokens);
      // text-embeddings-inference is asked not to cut: it says so instead.
      return queue.add({ text: prepared, tokens, allTokens, mayBeCut: isTooLong && place.api !== 'tei', isCut: false });
    },
    close: async () => {
      life.abort(new QdxError('interrupted', 'the encoder was closed before this text was encoded'));
      asker.close();
      sayLengths(lengths, model, run);
      if (use === 'bulk') sayBill(asker, model, run);
    },
  };
}

/** Of texts that are too long, how many. */
interface Lengths {
  mayBeCut: number;
  cut: number;
}

interface Sending {
  readonly model: EndpointModel;
  readonly lengths: Lengths;
  readonly asker: VectorAsker;
  readonly origin: string;
  readonly signal: AbortSignal;
}

const sendTexts = (items: readonly Item[], sending: Sending): Promise<(EncodedText | Error)[]> =>
  runHalving(
    items,
    (some) => sendOrCut(some, sending),
    (error) => error instanceof TooLong,
  );

/** How often one text that is too long is shortened, each time by a quarter where nobody says how much: to a tenth in the end. */
const mostCuts = 8;
const usualCut = 0.75;

/** How much of it fits: `must have less than 512 tokens. Given: 534`, as text-embeddings-inference says. */
function fittingShare(said: string): number {
  const [, most, given] = /less than (\d+) (?:tokens|characters)\. Given: (\d+)/.exec(said) ?? [];
  return most === undefined ? usualCut : Math.min(0.95, (Number(most) / Number(given)) * 0.97);
}

/** Of a text that is too long the end is left out, as a model on this machine would; several at once are halved first. */
async function sendOrCut(items: readonly Item[], sending: Sending): Promise<readonly (EncodedText | Error)[]> {
  const [only] = items;
  if (!only || items.length > 1) return send(items, sending);
  let item = only;
  for (let cuts = 0; ; cuts++) {
    try {
      return await send([item], sending);
    } catch (error) {
      if (!(error instanceof TooLong)) throw error;
      if (cuts >= mostCuts) return [unusable(`finds it too long however it is cut (${error.message})`, only, sending)];
      const share = fittingShare(error.message);
      const text = item.text.slice(0, Math.ceil(item.text.length * share));
      item = { ...item, text, tokens: Math.ceil(item.tokens * share), mayBeCut: false, isCut: true };
    }
  }
}

async function send(items: readonly Item[], sending: Sending): Promise<readonly (EncodedText | Error)[]> {
  const { asker, model, lengths, signal, origin } = sending;
  const { card } = model;
  const sum = (key: 'tokens' | 'allTokens'): number => items.reduce((all, item) => all + item[key], 0);
  const texts = items.map(({ text }) => text);
  const { vectors, usedTokens } = await asker.ask(texts, sum('tokens'), signal);
  // It counted all that its own tokenizer counts here: nothing was left out.
  const isAllRead = model.local !== null && usedTokens !== null && usedTokens >= sum('allTokens');
  const other = vectors.find(({ length }) => length !== card.dimension);
  if (other) throw wrongDimension(other.length, card, origin);
  return items.map((item, at) => {
    const vector = vectors[at] ?? new Float32Array(0);
    const problem = vectorProblem(vector);
    if (problem !== null) return unusable(`gives ${problem} for it`, item, sending);
    const mayBeCut = item.mayBeCut && !isAllRead;
    if (item.isCut) lengths.cut += 1;
    else if (mayBeCut) lengths.mayBeCut += 1;
    return {
      vector: card.normalize ? normalize(vector) : vector,
      tokenCount: item.tokens,
      truncated: item.isCut || mayBeCut,
    };
  });
}

const wrongDimension = (found: number, card: ModelCard, origin: string): QdxError =>
  new QdxError(
    'verification',
    `the endpoint of ${card.name} at ${origin} gives ${found} dimensions, its card says ${card.dimension}`,
    { hint: 'another model is served there now; use the endpoint that the vectors were made with' },
  );

const unusable = (what: string, { text }: Item, { origin }: Sending): TextCrashError =>
  new TextCrashError(
    `the endpoint at ${origin} ${what}: a text of ${text.length} characters that begins ${JSON.stringify(text.slice(0, 60))}`,
  );

const noTokenVectors = ({ name }: ModelCard): QdxError =>
  new QdxError('usage', `${name} gives one vector a text and no token vectors, which late interaction needs`, {
    hint: 'leave --token-vectors and --rerank late out',
  });

/** Of texts that were not read to their end, or may not have been. */
function sayLengths({ cut, mayBeCut }: Lengths, { card, local }: EndpointModel, { onEvent }: RunOptions): void {
  const warn = (message: string) => onEvent?.({ type: 'warning', message: `${card.name}: ${message}` });
  if (cut > 0) warn(`${countedTexts(cut)} cut: the service found ${cut === 1 ? 'it' : 'them'} too long`);
  if (mayBeCut === 0) return;
  const how = local
    ? 'by its tokenizer'
    : `at ${fewestCharsPerToken} characters to a token; --endpoint-tokenizer counts`;
  warn(
    `${countedTexts(mayBeCut)} longer than ${card.maxTokens} tokens (--endpoint-max-tokens; ${how}): the service may have cut ${mayBeCut === 1 ? 'it' : 'them'} without a word`,
  );
}

const countedTexts = (count: number): string => `${formatCount(count)} text${count === 1 ? ' is' : 's are'}`;

/** What was asked for and what it costs, once, when the work is done. */
function sayBill({ retries, pace }: VectorAsker, { card, meter }: EndpointModel, { onEvent }: RunOptions): void {
  const { bill } = meter;
  if (bill.requests === 0) return;
  const again = retries > 0 ? `, ${formatCount(retries)} of them sent again` : '';
  const waited = pace.waitedMs >= 1000 ? `, ${Math.round(pace.waitedMs / 1000)} s waited for its limits` : '';
  onEvent?.({
    type: 'note',
    message: `${card.name}: ${describeBill(bill)} in ${counted(bill.requests, 'requests')}${again}${waited}`,
  });
}

/** `1,234 tokens as the endpoint counts them, 0.0025` */
function describeBill({ tokens, countedBy, cost }: Bill): string {
  const how = { endpoint: 'as the endpoint counts them', estimate: 'estimated', both: 'in part estimated' }[countedBy];
  return `${counted(tokens, 'tokens')} (${how})${cost === null ? '' : `, cost ${formatAmount(cost)}`}`;
}
