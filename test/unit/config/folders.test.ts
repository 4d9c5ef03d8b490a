import { userInfo } from 'node:os';
import { describe, expect, test } from 'vitest';
import { userFolders } from '../../../src/core/config/folders.ts';

const accountHome = userInfo().homedir;

describe('folders of the user are absolute, whatever the environment says', () => {
  test.each([
    ['everything set', { HOME: '/home/a', XDG_DATA_HOME: '/d' }, '/d/qdx'],
    ['HOME alone', { HOME: '/home/a' }, '/home/a/.local/share/qdx'],
    ['a relative XDG folder is not taken', { HOME: '/home/a', XDG_DATA_HOME: 'data' }, '/home/a/.local/share/qdx'],
    ['an empty XDG folder is not taken', { HOME: '/home/a', XDG_DATA_HOME: '' }, '/home/a/.local/share/qdx'],
  ])('%s', (_title, environment, data) => {
    expect(userFolders(environment, 'linux', '/cwd').data).toBe(data);
  });

  test.each([
    ['empty', ''],
    ['relative', 'a/b'],
  ])('HOME %s: the home of the account', (_title, HOME) => {
    const { data, cache, config } = userFolders({ HOME }, 'linux', '/cwd');
    for (const folder of [data, cache, config]) expect(folder).toMatch(/^\//u);
    expect([process.env['HOME'], accountHome].map((home) => `${home}/.cache/qdx`)).toContain(cache);
  });
});
