/**
 * docs/exit-codes.md, from the table of exit codes.
 */
import { exitCodes, exitMeanings } from '../../dist/lib/errors.js';

export function exitCodesPage() {
  const rows = Object.entries(exitCodes).map(([kind, code]) => `| ${code} | \`${kind}\` | ${exitMeanings[kind]} |`);
  return `<!-- Written by \`npm run generate\`; edit src/lib/errors.ts or scripts/pages/exit-codes.js. -->

# Exit codes

| Code | Kind | Meaning |
| --- | --- | --- |
${rows.join('\n')}

An unknown code that is not 0 is a failure: treat it as one. Codes may be added; a code never changes its meaning.

When the reader of stdout goes away early (\`qdx … | head\`), qdx ends quietly with 0.

The first SIGINT, SIGTERM or SIGHUP lets what is in flight finish; the second one stops at once, with the same code.

## Errors

Without \`--json\` an error is two lines on stderr: \`error:\` and one sentence, then what to do about it.

With \`--json\`, the last line of stderr is one JSON object, also for errors in the command line itself. Other lines
before it may be text.

\`\`\`json
{"messageType":"error","kind":"usage","exitCode":2,"message":"unknown option '--limt'","hint":"did you mean --limit?"}
\`\`\`

| Field | |
| --- | --- |
| \`messageType\` | \`error\` |
| \`kind\` | A kind of the table above; more may be added |
| \`exitCode\` | The code with which the process ends |
| \`message\` | One sentence: what failed, on what, why |
| \`hint\` | What to do, often the next command; with every kind but \`partial\`, \`gate\`, \`locked\`, \`interrupted\` and \`terminated\`, where it may be absent |
| \`details\` | Facts for programs, as the command documents them; absent where there are none |

## Progress for programs

With \`--progress json\` every line of stderr is one JSON object with a \`messageType\`: \`phase\`, \`progress\`, \`step\`,
\`note\`, \`warning\`, \`trace\` (with \`--verbose\`) or \`error\`. Readers ignore types and fields that they do not know.

\`\`\`json
{"messageType":"progress","at":"2026-01-31T12:00:00.000Z","stage":"embedding","done":120,"total":1344,"unit":"chunks","tokens":30120}
\`\`\`

\`at\` is the time in UTC. \`total\` is absent while it is unknown, \`tokens\` where none are counted.

| \`messageType\` | Fields | |
| --- | --- | --- |
| \`phase\` | \`at\`, \`name\`, \`detail\` where there is one | A stage begins |
| \`progress\` | \`at\`, \`stage\`, \`done\`, \`total\`, \`unit\`, \`tokens\` | At most two a second for a stage, its first and last always |
| \`step\` | \`at\`, \`name\` | A transfer (\`backup\`, \`restore\`, \`migrate\`, \`upload --force\`) passed a moment between two durable writes, as \`backup.part-written\`; names may change |
| \`note\`, \`warning\`, \`trace\` | \`message\` | One sentence |
| \`error\` | see above | The last line |
`;
}
