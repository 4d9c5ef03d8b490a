import { describe, expect, test } from 'vitest';
import { runQdx, temporaryHome } from '../../helpers/run-qdx.ts';

// Nothing listens there: what is refused before the server is asked is a usage error, not a temporary one.
const home = temporaryHome();
const search = (...args: string[]) => runQdx(['search', ...args, '--url', 'http://127.0.0.1:9'], { home });

describe('qdx search refuses before it asks the server', () => {
  test.each([
    ['an empty query', [''], 'the query is empty', 'qdx search "'],
    ['no query', [], 'the query is empty', 'qdx search "'],
    ['blanks', ['  '], 'the query is empty', 'qdx search "'],
    ['a query beside --queries', ['x', '--queries', 'q.jsonl'], '--queries and a query', ''],
    ['an unknown mode', ['x', '--mode', 'fuzzy'], 'fuzzy', 'hybrid'],
    ['a limit of 0', ['x', '-n', '0'], '--limit', ''],
    ['a cosine of 2', ['x', '--min-score', '2'], '--min-score', 'from -1 to 1'],
    ['a cosine where there is none', ['x', '--min-score', '0.5', '--mode', 'lexical'], '--min-score is a cosine', ''],
    ['groups of something else', ['x', '--group-by', 'author'], '--group-by', 'path'],
    ['half a line of context', ['x', '--context', '0.5'], '--context', 'whole number'],
    ['an unknown format', ['x', '--format', 'xml'], 'no format xml', 'csv'],
  ])('%s', async (_title, args, message, more) => {
    const { exitCode, stderr, stdout } = await search(...args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toContain(more);
    expect(stderr).not.toContain('    at ');
    expect(stdout).toBe('');
  });

  test('an empty stdin is an empty query', async () => {
    const { exitCode, stderr } = await runQdx(['search', '-', '--url', 'http://127.0.0.1:9'], { home, input: '\n' });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('the query is empty');
  });

  test('help shows examples that can be typed', async () => {
    const { stdout, exitCode } = await runQdx(['search', '--help'], { home });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('qdx search "rotate the encryption key"');
    expect(stdout).toContain('--explain');
  });
});
