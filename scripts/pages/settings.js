/**
 * docs/settings.md, docs/settings.schema.json and src/core/config/untouched.json, from the tables and the schema of settings.
 */
import { settingTexts } from '../../dist/core/config/defaults.js';
import { expectedAt } from '../../dist/core/config/expected.js';
import { settingsJsonSchema } from '../../dist/core/config/json-schema.js';
import { resolveSettings } from '../../dist/core/config/resolve.js';
import { settingPaths, settingRow } from '../../dist/core/config/table.js';

const groupTexts = {
  preset: 'Defaults that fit together. A preset is one step above the plain defaults; everything else wins over it.',
  connection: 'The server, and how patiently to talk to it.',
  vector: 'The vectors of a new collection.',
  index: 'The HNSW graph and the payload indexes.',
  optimization: 'How the server stores a new collection.',
  embed: 'What is embedded, and with which model.',
  upload: 'How points are sent.',
  search: 'How a search is done when its flags say nothing else.',
  rerankEndpoint: 'The service that `--rerank listwise` and `--rerank endpoint` ask ([reranking](reranking_guide.md)).',
  hub: 'Where models are downloaded from.',
  mcp: 'What clients of [`qdx mcp`](mcp.md) may ask for.',
};

export function settingsPage() {
  const { defaults } = settingTexts();
  const sections = groups().map(([group, paths]) => {
    const rows = paths.map((path) => settingLine(path, defaults));
    return `## ${group}\n\n${groupTexts[group] ?? ''}\n\n| Setting | Takes | Default | Flag | Variables | |\n| --- | --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  return `${introduction}\n${sections.join('\n')}`;
}

export const settingsSchemaFile = () => `${JSON.stringify(settingsJsonSchema(), null, 2)}\n`;

/** Where nothing is set, for a start without the validator (untouched.ts). */
export async function untouchedSettingsFile() {
  const nowhere = { flags: {}, environment: {}, configFile: false, cwd: '/', configFolder: '/', readStdin: () => '' };
  return `${JSON.stringify(await resolveSettings(nowhere), null, 2)}\n`;
}

function groups() {
  const byGroup = new Map();
  for (const path of settingPaths) {
    const group = path.split('.')[0];
    byGroup.set(group, [...(byGroup.get(group) ?? []), path]);
  }
  return [...byGroup].toSorted(([a], [b]) => order(a) - order(b));
}

const order = (group) => Object.keys(groupTexts).indexOf(group);

function settingLine(path, defaults) {
  const row = settingRow(path);
  const notes = [
    row.description,
    ...(row.type === 'list' && row.flag ? ['The flag may be repeated.'] : []),
    ...(row.userOnly ? ["Not from a project's file."] : []),
    ...(row.secret ? ['Never shown.'] : []),
  ];
  const cells = [
    `\`${path}\``,
    expectedAt(path.split('.')),
    [defaults[path], row.absent].filter((text) => text !== undefined).join('; ') || '–',
    row.flag ? `\`${row.short ? `-${row.short}, ` : ''}--${row.off ? 'no-' : ''}${row.flag}\`` : '–',
    row.env.map((name) => `\`${name}\``).join(', '),
    notes.join('. ').replaceAll('..', '.'),
  ];
  return `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
}

const introduction = `<!-- Written by \`npm run generate\`; edit the tables in src/core/config or scripts/pages/settings.js. -->

# Settings

A setting comes from the first of these places that says something about it:

1. a flag,
2. a variable of the environment (an empty one counts as not set; qdx's own name wins over the other),
3. the project's file: \`qdx.config.json\`, looked for from the working folder upward, not beyond the root of the
   repository (the first folder with \`.git\`); \`--config FILE\` names another one,
4. the user's file: \`config.json\` in \`$XDG_CONFIG_HOME/qdx\` (\`~/.config/qdx\`),
5. the preset,
6. the default.

Lists and the maps \`payloadKeys\` and \`collections.NAME\` replace what weaker places say; nothing is joined.
\`qdx config show\` prints every value with its origin, \`qdx config init\` writes a first file, and \`--no-config\` reads
neither file. Relative paths in a file count from the file.

Files are JSON, read strictly: a key that qdx does not know, a value of the wrong type and a key given twice are errors
(exit code 2) that name the file and the key. The JSON Schema is [settings.schema.json](settings.schema.json), in the
package \`qdx/settings.schema.json\`, and printed by \`qdx config schema\`.

In variables, switches are \`1\`, \`true\`, \`yes\`, \`on\` or their opposites; lists have commas between their items, or are
JSON arrays. A switch that is on by default is turned off by \`--no-…\`, and any switch by its \`--no-…\` form. A setting
without a flag (–) is for variables and files: nobody types it for one run.

\`NO_COLOR\` (not empty) turns colour off, \`CI\` (not empty) turns questions and the progress bar off.

## Collections

Each collection may have an entry, which counts when the collection is named (\`-c docs\`) and comes before what the same
file says for all:

\`\`\`json
{
  "preset": "documents",
  "collections": {
    "docs": {
      "description": "User guides of the product",
      "paths": ["docs", "README.md"],
      "exclude": ["**/archive/**"]
    },
    "engine": {
      "description": "Source code of the engine",
      "preset": "code",
      "paths": ["src"],
      "include": ["**/*.rs"],
      "source": "engine",
      "vector": { "quantization": { "kind": "int8" } }
    },
    "manuals": {
      "description": "Made by another tool",
      "model": "all-MiniLM-L6-v2",
      "vectorName": "",
      "payloadKeys": { "content": "text", "source_path": "file" }
    }
  }
}
\`\`\`

| Key | |
| --- | --- |
| \`description\` | What is in it, for people and for those who choose where to search |
| \`paths\` | Folders and files to embed, relative to the settings file |
| \`source\` | Stable name of the embedded root; absent: the folder's name |
| \`preset\`, \`model\`, \`include\`, \`exclude\`, \`vectorName\` | As \`preset\`, \`embed.model\`, \`embed.include\`, \`embed.exclude\`, \`vector.name\`, for this collection |
| \`payloadKeys\` | qdx's payload field → the key under which this collection keeps it; also possible for all collections |
| \`vector\`, \`index\`, \`optimization\`, \`embed\`, \`upload\`, \`search\` | Any setting of these groups, for this collection |

## Keys and servers

API keys and tokens are never shown: they are taken out of all output by value. Put them into a variable, or into a file
that \`--api-key-file\` names, never on the command line.

A project's file came with a clone, and anybody may have written it. It cannot name programs to run, key files or the
host that a hub token goes to, and where it names the server, qdx asks before it sends your API key there. In a script,
name the server yourself (\`--url\`, \`QDRANT_URL\`), list it in \`connection.trustedUrls\` of your own file, or say \`--yes\`.
An API key is not sent over plain http to another host without \`--insecure\`.
`;
