/**
 * Rules between settings. The pure ones serve also where a fact is known only later: the model's dimension, the
 * configuration of a collection that is there already.
 */
import { QdxError } from '../../lib/errors.ts';
import type { Origin } from './layer.ts';
import { searchSettings, type Settings } from './schema.ts';

export type Quantization = Settings['vector']['quantization'];

/** Qdrant builds a poor graph below this: candidates while building must be a multiple of the links kept. */
const leastEfPerLink = 2;
/** Below it one bit for each dimension loses too much: Qdrant's own advice, and facts measured at 384 and 768. */
const leastBinaryDimension = 512;
/** From here on the rounding of four bits adds up to more than the gaps between neighbours. */
const highDimension = 1024;

const defaultOversampling = searchSettings.shape.oversampling.parse(undefined);

export interface SettledSettings {
  readonly settings: Settings;
  readonly origins: Readonly<Record<string, Origin>>;
  /** How near a setting is to the command line: 0 is a flag, larger is weaker. */
  readonly rankOf: (path: string) => number;
}

/** @throws QdxError usage that names both settings and their origins. */
export function checkRules(settled: SettledSettings): void {
  checkEfConstruct(settled);
  checkOversampling(settled);
  checkUrl(settled);
}

function checkEfConstruct({ settings: { index }, origins }: SettledSettings): void {
  const least = leastEfPerLink * index.m;
  if (index.efConstruct >= least) return;
  const from = (path: string) => origins[path]?.name ?? 'default';
  throw new QdxError(
    'usage',
    `index.efConstruct ${index.efConstruct} (${from('index.efConstruct')}) is less than twice index.m ${index.m} (${from('index.m')})`,
    { hint: `set index.efConstruct (--ef-construct) to ${least} or more` },
  );
}

/** A flag of a search is left to the search: the collection on the server says whether it is quantized. */
function checkOversampling({ settings, origins, rankOf }: SettledSettings): void {
  const origin = origins['search.oversampling'];
  const { kind } = settings.vector.quantization;
  // The default is no choice, written down or not: it stands in what `qdx config show` prints.
  const isChosen = settings.search.oversampling !== defaultOversampling;
  if (kind !== 'none' || !isChosen || !origin || origin.kind === 'flag') return;
  // `none` for one collection does not make the general oversampling wrong.
  const kindPath = 'vector.quantization.kind';
  if (origins[kindPath]?.kind !== 'default' && rankOf(kindPath) < rankOf('search.oversampling')) return;
  throw new QdxError(
    'usage',
    `${origin.name}: search.oversampling needs quantization, and vector.quantization.kind is none`,
    {
      hint: 'set vector.quantization.kind (--quantization) to int8 or binary, or remove search.oversampling',
    },
  );
}

function checkUrl({ settings: { connection }, origins }: SettledSettings): void {
  if (connection.url === undefined) return;
  const from = origins['connection.url']?.name;
  const url = new URL(connection.url);
  if (url.username || url.password)
    throw new QdxError('usage', `${from}: connection.url must not hold a user name or password`, {
      hint: 'put the key into QDRANT_API_KEY, or into a file named with --api-key-file',
    });
  if (connection.https && url.protocol !== 'https:')
    throw new QdxError('usage', `${from}: connection.https is on, but the URL begins with http://`, {
      hint: 'use https://, or leave out --https',
    });
}

/** Sentences on what a quantization does to vectors of this dimension; none when it suits them. */
export function quantizationWarnings(quantization: Quantization, dimension: number): string[] {
  if (quantization.kind !== 'binary') return [];
  const warnings: string[] = [];
  if (dimension < leastBinaryDimension)
    warnings.push(
      `binary quantization of ${dimension} dimensions (under ${leastBinaryDimension}) loses many right hits; int8 suits them better`,
    );
  if (quantization.queryEncoding === 'scalar4bits' && dimension >= highDimension)
    warnings.push(`a 4-bit query encoding on ${dimension} dimensions adds up its rounding; scalar8bits is safer`);
  return warnings;
}

/**
 * The dimension that vectors will have.
 * @throws QdxError usage where the setting, the model and the collection disagree.
 */
export function settledDimension(
  size: Settings['vector']['size'],
  model: { readonly name: string; readonly dimension: number },
  collection?: { readonly name: string; readonly dimension: number },
): number {
  if (size !== 'auto' && size !== model.dimension)
    throw new QdxError(
      'usage',
      `vector.size is ${size}, but the model ${model.name} makes vectors of ${model.dimension} dimensions`,
      {
        hint: 'leave vector.size at auto, or choose a model of that size',
      },
    );
  if (collection && collection.dimension !== model.dimension)
    throw new QdxError(
      'usage',
      `the collection ${collection.name} holds vectors of ${collection.dimension} dimensions, the model ${model.name} makes ${model.dimension}`,
      { hint: 'use the model that the collection was made with, or another collection' },
    );
  return model.dimension;
}
