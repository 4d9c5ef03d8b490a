/**
 * Parameters of a re-embedding by the built-in model, for the tests that call it in their own process.
 */
import { findModel } from '../../../src/core/models/find-model.ts';
import type { ReembedParams } from '../../../src/core/transfer/reembed/reembed-points.ts';
import { testSettings } from '../../helpers/collection-card.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const noFilters = { conditions: [], paths: [], excludes: [], subdirectories: [], languages: [] };

export async function reembedParams(): Promise<ReembedParams> {
  const cacheFolder = temporaryFolder('cache');
  const settings = testSettings({ embed: { workers: 1, tokenVectors: false } });
  const places = { cacheFolder, hub: settings.hub };
  return {
    model: await findModel('all-MiniLM-L6-v2', places),
    settings,
    names: {},
    textField: 'body',
    dropVectors: [],
    allowWithoutText: false,
    layout: {},
    queries: null,
    thresholds: {},
    sampleSize: 20,
    search: {
      mode: 'hybrid',
      modeIsExplicit: false,
      limit: 50,
      candidates: 50,
      filters: noFilters,
      exact: false,
      ef: 64,
      oversampling: 3,
      contextLines: 0,
      explain: false,
      vectorName: 'dense',
      sparseName: 'bm25',
      payloadKeys: {},
    },
    places: { cacheFolder, findModel: (name) => findModel(name, places) },
    qdxVersion: '0.1.0',
  };
}
