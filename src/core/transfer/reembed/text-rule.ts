/**
 * Which text of a stored point is embedded, and which of its fields have terms: by the collection's card, by the payload keys of
 * the settings, or by `--text-field`.
 */
import type { ChunkingSettings, ChunkPayload } from '../../corpus/chunk.ts';
import type { TemplateId } from '../../corpus/template.ts';
import type { ModelCard } from '../../models/cards/card.ts';
import type { CollectionCard } from '../../qdrant/collection/collection-card.ts';
import { keyOf, type PayloadKeys } from '../../qdrant/collection/payload-keys.ts';
import { storedText } from '../../qdrant/collection/stored-text.ts';

export type Payload = Readonly<Record<string, unknown>>;

export interface TextRule {
  /** Payload key of the text. */
  readonly field: string;
  /** Who named it: the collection's card, `--text-field`, the settings' payloadKeys, or nobody: then it is `content`. */
  readonly namedBy: 'card' | 'flag' | 'settings' | 'default';
  /** Null: the text is the field as it stands. */
  readonly chunking: ChunkingSettings | null;
  readonly payloadKeys: PayloadKeys | undefined;
}

export interface TextRuleInput {
  readonly card: Pick<CollectionCard, 'chunking' | 'payloadKeys'> | null;
  /** `--text-field` */
  readonly textField?: string;
  /** `--path-field` */
  readonly pathField?: string;
  readonly payloadKeys: PayloadKeys;
  readonly model: Pick<ModelCard, 'maxTokens'>;
  /** The template that suits the model. */
  readonly template: TemplateId;
}

/** What was typed comes before what the card says, and the card before the settings. */
export function chooseTextRule(input: TextRuleInput): TextRule {
  const { card, textField, pathField, model, template } = input;
  const known = card ? card.payloadKeys : input.payloadKeys;
  const keys = {
    ...known,
    ...(pathField !== undefined && { source_path: pathField }),
    ...(textField !== undefined && { content: textField }),
  };
  const isCut = textField === undefined && card?.chunking;
  return {
    field: keyOf('content', keys),
    namedBy: textField !== undefined ? 'flag' : card ? 'card' : keys.content === undefined ? 'default' : 'settings',
    // A text that was named by hand is embedded as it stands.
    chunking: isCut ? { ...isCut, maxTokens: model.maxTokens, template } : null,
    payloadKeys: Object.keys(keys).length > 0 ? keys : undefined,
  };
}

/** Null for a point without text. */
export const textOf = (payload: Payload | null, { chunking, payloadKeys }: TextRule): string | null =>
  storedText({ payload }, { chunking, ...(payloadKeys && { payloadKeys }) });

/** Fields with terms, under qdx's names; of somebody else's payload only what has the type that is read. */
export function lexicalFields(payload: Payload, { payloadKeys }: TextRule): Partial<ChunkPayload> {
  const text = (field: 'content' | 'source_path' | 'title') => {
    const value = payload[keyOf(field, payloadKeys)];
    return typeof value === 'string' ? { [field]: value } : {};
  };
  const list = (field: 'heading_path' | 'symbol_path' | 'symbols') => {
    const value = payload[keyOf(field, payloadKeys)];
    const isList = Array.isArray(value) && value.every((one) => typeof one === 'string');
    return isList ? { [field]: value as readonly string[] } : {};
  };
  return {
    ...text('content'),
    ...text('source_path'),
    ...text('title'),
    ...list('heading_path'),
    ...list('symbol_path'),
    ...list('symbols'),
  };
}
