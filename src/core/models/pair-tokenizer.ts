/**
 * Pairs of a query and a text as a cross-encoder reads them. The two sides are cut into tokens apart and put together by the
 * tokenizer's own template, so that a long text loses its end and never a closing token, and a long query never the text.
 */
import type { Tokenizer as JsonTokenizer } from '@huggingface/tokenizers';
import { loadJsonTokenizer } from './open-tokenizer.ts';
import type { FoundModel } from './found-model.ts';

export interface PairTokens {
  readonly ids: Int32Array;
  /** 0 and 1: which side a token is of; all 0 where the tokenizer tells none apart. */
  readonly types: Uint8Array;
}

export interface PairTokenizer {
  /**
   * Windows over the text, each beside the whole query, none longer than `maxTokens`; their starts are spread evenly, so
   * that neighbours share tokens. One window where the text fits.
   */
  windows(query: string, text: string, maxTokens: number): PairTokens[];
}

/** What the template puts before, between and behind the two sides, with the type of each. */
interface Template {
  readonly before: Part;
  readonly between: Part;
  readonly behind: Part;
  readonly queryType: number;
  readonly textType: number;
}

interface Part {
  readonly ids: readonly number[];
  readonly types: readonly number[];
}

/** A query may take this share of the input; of a longer one only the beginning is read. */
const queryShare = 0.5;

export async function openPairTokenizer(
  model: Pick<FoundModel, 'tokenizerFile' | 'tokenizerConfigFile'>,
): Promise<PairTokenizer> {
  return loadJsonTokenizer(model, (json) => {
    const template = templateOf(json);
    const specials = template.before.ids.length + template.between.ids.length + template.behind.ids.length;
    const idsOf = (text: string): number[] => json.encode(text, { add_special_tokens: false }).ids;
    return {
      windows: (query, text, maxTokens) => {
        const room = maxTokens - specials;
        const question = idsOf(query).slice(0, Math.floor(room * queryShare));
        const width = room - question.length;
        const ids = idsOf(text);
        return windowStarts(ids.length, width).map((start) =>
          pairOf(template, question, ids.slice(start, start + width)),
        );
      },
    };
  });
}

/** As few windows as cover the text, the first at its beginning and the last at its end. */
export function windowStarts(length: number, width: number): number[] {
  const count = Math.max(1, Math.ceil(length / width));
  return Array.from({ length: count }, (_, at) =>
    count === 1 ? 0 : Math.round((at * (length - width)) / (count - 1)),
  );
}

function pairOf({ before, between, behind, queryType, textType }: Template, query: number[], text: number[]) {
  const ids = [...before.ids, ...query, ...between.ids, ...text, ...behind.ids];
  const types = [
    ...before.types,
    ...query.map(() => queryType),
    ...between.types,
    ...text.map(() => textType),
    ...behind.types,
  ];
  return { ids: Int32Array.from(ids), types: Uint8Array.from(types) };
}

/** Read off a probe whose two sides cannot be mistaken for each other. */
function templateOf(json: JsonTokenizer): Template {
  const [first, second] = ['a', 'b'].map((letter) => json.encode(letter, { add_special_tokens: false }).ids);
  const pair = json.encode('a', { text_pair: 'b', return_token_type_ids: true });
  const ids: readonly number[] = pair.ids;
  const types: readonly number[] = pair.token_type_ids ?? ids.map(() => 0);
  const at = indexOfRun(ids, first ?? [], 0);
  const next = at === -1 ? -1 : indexOfRun(ids, second ?? [], at + (first?.length ?? 0));
  if (!first || !second || at === -1 || next === -1) throw new Error('it joins no pair of texts');
  const part = (from: number, to?: number): Part => ({ ids: ids.slice(from, to), types: types.slice(from, to) });
  return {
    before: part(0, at),
    between: part(at + first.length, next),
    behind: part(next + second.length),
    queryType: types[at] ?? 0,
    textType: types[next] ?? 0,
  };
}

function indexOfRun(ids: readonly number[], run: readonly number[], from: number): number {
  if (run.length === 0) return -1;
  return ids.findIndex((_, at) => at >= from && run.every((id, offset) => ids[at + offset] === id));
}
