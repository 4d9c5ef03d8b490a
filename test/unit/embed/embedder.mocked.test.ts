/** The embedder where CUDA is there and then fails to start, which no test machine does on order: devices are made up. */
import { expect, test, vi } from 'vitest';
import { findModel } from '../../../src/core/models/find-model.ts';
import { openEmbedder } from '../../../src/core/embed/embedder.ts';
import { settingsSchema } from '../../../src/core/config/schema.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const said = vi.hoisted((): string[] => []);
vi.mock('../../../src/core/models/onnx/devices.ts', async (original) => ({
  ...(await original<object>()),
  chooseDevice: () => ({ provider: 'cuda', deviceId: 0 }),
}));
vi.mock('../../../src/core/models/open-encoder.ts', () => ({
  openEncoder: async () => ({
    device: 'cpu',
    parallel: 1,
    encode: async () => ({ vector: new Float32Array(4), tokenCount: 1, truncated: false }),
    close: async () => {},
  }),
}));
vi.mock('../../../src/core/vectors/cache.ts', async (original) => {
  const { emptyCache } = await original<{ emptyCache: object }>();
  const openVectorCache = async ({ device }: { device: string }) => {
    const name = device.split(' ')[0];
    said.push(`open ${name}`);
    return { ...emptyCache, close: () => void said.push(`close ${name}`) };
  };
  return { emptyCache, openVectorCache };
});

test('there is a cache at every moment: the one of the processor is open before that of the GPU is closed', async () => {
  const cacheFolder = temporaryFolder('cache');
  const model = await findModel('all-MiniLM-L6-v2', { cacheFolder });
  const embedder = await openEmbedder(
    { model, settings: settingsSchema.parse({}).embed, cacheFolder, tokenWindow: 0 },
    {},
  );
  await embedder.embed('text');
  expect(said).toEqual(['open cuda:0', 'open cpu', 'close cuda:0']);
  await embedder.close();
  expect(said.at(-1)).toBe('close cpu');
});
