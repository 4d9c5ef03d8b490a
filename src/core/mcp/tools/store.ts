/**
 * `store`: a text that a client wants to find again. Offered only with `--allow-write`.
 */
import { z } from 'zod';
import { storeText } from '../../embed/store-text.ts';
import { publicName, servedByName, servedCollections } from '../served.ts';
import { collectionName, notesShape } from '../shapes.ts';
import { defineTool } from '../tool.ts';

/** `source` of what is stored: no folder that is embedded is called so unless somebody wants it. */
const writer = 'mcp';

const input = z.strictObject({
  collection: collectionName.describe('Name from list_collections, one that is writable'),
  content: z.string().min(1).max(100_000).describe('The text to find again; what the model cannot read of it is said'),
  metadata: z
    .record(z.string().min(1).max(200), z.unknown())
    .default({})
    .describe('Further payload fields; source_path, title and language are shown with results'),
  id: z
    .union([z.string().min(1).max(100), z.number().int().min(0)])
    .optional()
    .describe('UUID or unsigned integer; absent: made of the content, so that the same text is stored once'),
  embedding: z
    .array(z.number())
    .max(65_536)
    .optional()
    .describe('Its vector, of the very model of the collection; best left out: the content is embedded here'),
  on_duplicate: z
    .enum(['error', 'keep', 'replace'])
    .default('error')
    .describe('Where the id is there with something else: fail, leave it, or write over it'),
});

const output = z.object({
  collection: z.string(),
  id: z.string(),
  action: z
    .enum(['stored', 'replaced', 'unchanged', 'kept'])
    .describe('unchanged: it was there exactly like this; kept: something else was, and stayed'),
  dimension: z.number().int(),
  embedded_by: z.string().describe('The model, or caller'),
  truncated: z.boolean().describe('The model read only the beginning: the rest is found by words alone'),
  notes: notesShape,
});

export const store = defineTool({
  name: 'store',
  title: 'Store a text',
  description:
    'Writes one text with metadata into a collection, so that search finds it. Storing the same text again changes nothing; ' +
    'another text under an id that is there is refused unless on_duplicate says otherwise.',
  input,
  output,
  writes: true,
  call: async ({ collection, metadata, id, embedding, on_duplicate: onDuplicate, content }, call) => {
    const { backend, run, notes } = call;
    const connection = await backend.connection();
    const served = await servedCollections(connection, backend, run);
    const listed = servedByName(served, collection, connection.url);
    const stored = await backend.inTurn(() =>
      storeText(
        connection,
        {
          name: publicName(listed),
          physical: listed.physical,
          content,
          metadata,
          onDuplicate,
          writer,
          openEncoder: async (model) => backend.places.opened.encoders.open(model),
          settings: backend.uploadSettings,
          ...(id !== undefined && { id }),
          ...(embedding && { embedding }),
        },
        run,
      ),
    );
    if (stored.truncated)
      notes.push(
        'the content is longer than the model reads: its vector knows only the beginning; store shorter pieces',
      );
    if (stored.action === 'kept') notes.push('another text is stored under this id; it was left as it is');
    const { action, dimension, embeddedBy, truncated } = stored;
    const point = { collection: publicName(listed), id: String(stored.id) };
    return { ...point, action, dimension, embedded_by: embeddedBy, truncated, notes };
  },
});
