/**
 * In what two collections differ beside their points: every leaf, that of the card too. When and by which qdx a card was made
 * says nothing of what is in the collection: it is told, and is no difference.
 */
import { parseJson } from '../../../lib/json.ts';
import { cardKey } from '../../qdrant/collection/card-store.ts';
import {
  type CollectionDescription,
  descriptionDifferences,
  displayDifference,
  leafDifferences,
} from '../collection/collection-description.ts';

export interface DifferingSettings {
  /** As sentences. */
  readonly settings: readonly string[];
  /** Of the card alone: when, and by which qdx, it was made. As sentences. */
  readonly madeOtherwise: readonly string[];
}

const cardPath = `metadata.${cardKey}`;
const ofMaking: ReadonlySet<string> = new Set([`${cardPath}.createdAt`, `${cardPath}.qdxVersion`]);

export function differingSettings(expected: CollectionDescription, actual: CollectionDescription): DifferingSettings {
  const differences = descriptionDifferences(expected, actual).flatMap((difference) => {
    if (difference.path !== cardPath) return [difference];
    const [was, is] = [cardOf(expected), cardOf(actual)];
    return was && is ? leafDifferences(was, is, cardPath) : [difference];
  });
  return {
    settings: differences.filter(({ path }) => !ofMaking.has(path)).map(displayDifference),
    madeOtherwise: differences.filter(({ path }) => ofMaking.has(path)).map(displayDifference),
  };
}

/** Null where there is none, or what is there is no card. */
function cardOf({ metadata }: CollectionDescription): Readonly<Record<string, unknown>> | null {
  const bytes = metadata.get(cardKey);
  const card = bytes && parseJson(bytes);
  return typeof card === 'object' && card !== null ? (card as Readonly<Record<string, unknown>>) : null;
}
