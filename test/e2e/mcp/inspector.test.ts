/**
 * `qdx mcp` by the command line of the MCP Inspector: search, store, search over both transports. The Inspector is no
 * dependency (it has an install script, asks for Node 22.19, and weighs more than all of qdx): `npm run test:inspector`
 * fetches it and such a Node, runs this, and keeps the outcome in inspector-runs.
 */
import { execaSync } from 'execa';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type McpHttpServer, mcpOverHttp } from '../../helpers/mcp-client.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { environmentOf, temporaryHome } from '../../helpers/run-qdx.ts';
import { searchingOn, writeSearchCorpus } from '../../helpers/search-corpus.ts';

const { QDX_TEST_INSPECTOR: launcher = '', QDX_TEST_INSPECTOR_NODE: node = '' } = process.env;
const isHere = launcher !== '' && node !== '';
const binPath = fileURLToPath(new URL('../../../bin/qdx.js', import.meta.url));

describe.skipIf(!isHere)(
  'the Inspector (skipped: it is no dependency; npm run test:inspector fetches it and runs this)',
  () => {
    const home = temporaryHome();
    let qdrant: RunningQdrant;
    let web: McpHttpServer;

    beforeAll(async () => {
      qdrant = await startQdrant();
      const { exitCode, stderr } = await searchingOn(qdrant, home).qdx([
        'embed',
        '-c',
        'docs',
        writeSearchCorpus().docs,
      ]);
      if (exitCode !== 0) throw new Error(stderr);
      web = await mcpOverHttp(['--allow-write'], { home, env: { QDRANT_URL: qdrant.url } });
    });
    afterAll(async () => {
      await web.stop();
      await qdrant.stop();
    });

    const places = {
      stdio: () => [process.execPath, binPath, 'mcp', '--allow-write', '--url', qdrant.url],
      http: () => [web.url, '--transport', 'http', '--header', `Authorization: Bearer ${web.token}`],
    };

    test.each(['stdio', 'http'] as const)('search, store, search over %s', (transport) => {
      const call = (tool: string, input: Readonly<Record<string, string>>): Record<string, unknown> => {
        const args = Object.entries(input).flatMap(([key, value]) => ['--tool-arg', `${key}=${value}`]);
        const method = ['--method', 'tools/call', '--tool-name', tool, ...args];
        const { stdout } = execaSync(node, [launcher, '--cli', ...places[transport](), ...method], {
          env: environmentOf(home),
          extendEnv: false,
          cwd: join(home, 'work'),
        });
        return (JSON.parse(stdout) as { structuredContent: Record<string, unknown> }).structuredContent;
      };
      const content = `The ${transport} inspector counts the herons of the reed bed.`;
      const query = 'who counts the herons of the reed bed';
      expect(JSON.stringify(call('search', { query }))).not.toContain(content);
      expect(call('store', { collection: 'docs', content })).toMatchObject({ action: 'stored' });
      expect(JSON.stringify(call('search', { query }))).toContain(content);
    });
  },
);
