/** The HTML report: whole without anything else, and inert whatever stands in it. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { renderHtml } from '../../../src/core/bench/outputs/html.ts';
import { sortValue } from '../../../src/core/bench/outputs/html/sort-value.ts';
import { pageStyle } from '../../../src/core/bench/outputs/html/style.ts';
import { niceTicks, scaleOf } from '../../../src/core/bench/outputs/html/svg.ts';
import { verdictOf } from '../../../src/core/bench/outputs/html/verdict.ts';
import { sanitizeForTerminal } from '../../../src/lib/terminal.ts';
import { hostileView } from '../../helpers/report-view.ts';

const page = renderHtml(hostileView);

describe('hostile text does nothing', () => {
  test('no element and no attribute comes of it', () => {
    const { names, attributes } = parse(page);
    expect(names.filter((name) => name === 'script')).toHaveLength(1);
    expect(names).not.toContain('img');
    expect(attributes.filter((name) => name.startsWith('on') || name === 'style')).toEqual([]);
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;');
  });
  test('no control character and nothing that turns the direction of text', () => {
    expect(sanitizeForTerminal(page)).toBe(page);
  });
  test('where an escape was forgotten, the policy of the page still lets nothing run but its own script', () => {
    const [, policy = ''] = /Content-Security-Policy"\s+content="([^"]+)"/.exec(page) ?? [];
    expect(policy).toMatch(/^default-src 'none';/);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    for (const name of ['style', 'script']) {
      const [, content = ''] = new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(page) ?? [];
      expect(policy).toContain(`${name}-src 'sha256-${createHash('sha256').update(content).digest('base64')}'`);
    }
  });
});

test('nothing is asked of any other place: the only links lead into the page', () => {
  const links = [...page.matchAll(/\s(?:href|src|srcset|action|data)="([^"]*)"/g)].map(([, target = '']) => target);
  expect(links.length).toBeGreaterThan(5);
  expect(links.filter((target) => !target.startsWith('#') && target !== 'data:,')).toEqual([]);
  expect(page).not.toMatch(/@import|url\(/);
});

test('every link leads to an id, every label to a title, and no id stands twice', () => {
  const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id = '']) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const named = [...page.matchAll(/\s(?:href="#|aria-labelledby=")([^"]*)"/g)].map(([, id = '']) => id);
  expect(named.filter((id) => !ids.includes(id))).toEqual([]);
});

test('what is needed to judge it stands on it: verdict first, doubts with their reason, the command', () => {
  expect(page.indexOf('1 of 2 checks did not hold')).toBeLessThan(page.indexOf('<nav'));
  expect(page).toMatch(/class="doubt"\s+href="#table-0-note-1"/);
  expect(page).toMatch(/id="table-0-note-1">\s*<span class="doubt">\?1<\/span> not to be trusted: /);
  expect(page).toMatch(/<pre[^>]*><code>qdx bench search --queries /);
  expect(page).toMatch(/grade 2.*not found/s);
  expect(page.match(/<svg/g)?.length).toBeGreaterThan(5);
});

test('an empty report is a whole page too', () => {
  const none = {
    ...hostileView,
    charts: [],
    tables: [],
    queries: null,
    checks: [],
    notes: [],
    facts: [],
    headline: '',
  };
  expect(parse(renderHtml(none)).names).toContain('h1');
});

describe('verdict', () => {
  const check = (status: 'passed' | 'warning' | 'failed') => ({ name: 'a', status, message: '' });
  test.each([
    [[check('failed'), check('passed')], 0, 'failed', '1 of 2 checks did not hold'],
    [[check('failed')], 2, 'failed', 'the one check did not hold; 2 queries failed and have no score'],
    [[check('passed')], 1, 'partial', '1 query failed and has no score'],
    [[check('warning'), check('passed')], 0, 'warning', '1 of 2 checks warns'],
    [[check('passed'), check('passed')], 0, 'passed', 'all 2 checks held'],
    [[], 0, 'measured', 'nothing was asked to hold'],
  ] as const)('%j and %d failed queries: %s', (checks, failedQueries, status, sentence) => {
    expect(verdictOf({ checks, failedQueries })).toMatchObject({ status, sentence });
  });
});

describe('contrast of text to its ground is at least 4.5, of marks 3, in both themes', () => {
  const themes = [...pageStyle.matchAll(/:root \{([^}]*)\}/g)].map(
    ([, block = '']) =>
      new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name = '', value = '']) => [name, value])),
  );
  const text = ['ink', 'soft', 'link', 'good', 'warn', 'bad'].map((name) => [name, 'ground', 4.5] as const);
  const toned = [
    ['good', 'good-ground', 4.5],
    ['warn', 'warn-ground', 4.5],
    ['bad', 'bad-ground', 4.5],
    ['link', 'calm-ground', 4.5],
    ['soft', 'raised', 4.5],
    ['ink', 'bad-ground', 4.5],
  ] as const;
  const marks = Array.from({ length: 8 }, (_, series) => [`s${series}`, 'ground', 3] as const);
  test.each([...text, ...toned, ...marks])('%s on %s', (front, ground, least) => {
    expect(themes).toHaveLength(2);
    for (const theme of themes) expect(contrast(theme.get(front)!, theme.get(ground)!)).toBeGreaterThanOrEqual(least);
  });
});

describe('scales', () => {
  test.each([
    [0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [0, 7, [0, 2, 4, 6, 8]],
    [0.91, 1, [0.9, 0.92, 0.94, 0.96, 0.98, 1]],
    [3, 3, [3, 3.2, 3.4, 3.6, 3.8, 4].slice(0, 1)],
  ])('%d to %d', (least, most, ticks) => {
    expect(niceTicks(least, most).slice(0, ticks.length)).toEqual(ticks);
  });
  test('figures over decades are drawn by their logarithm', () => {
    const { at, ticks } = scaleOf([1, 1000], [0, 300]);
    expect([at(1), at(10), at(100), at(1000)]).toEqual([0, 100, 200, 300]);
    expect(ticks).toContain(20);
  });
});

test.each([
  ['12.5 ms', 12.5],
  ['1.5 KB', 1500],
  ['−0.0312', -0.0312],
  ['1,204', 1204],
  ['2.10x', 2.1],
  ['0.1 to 0.2', 0.1],
  ['2026-11-22', null],
  ['3 of 4 queries', 3],
  ['q12', null],
  ['', null],
])('%j sorts as %j', (text, value) => {
  expect(sortValue(text)).toBe(value);
});

/** WCAG 2.2: relative luminance of sRGB. */
function contrast(one: string, other: string): number {
  const luminance = (colour: string): number => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

/** Names of all elements and attributes. @throws where an element is not closed, or closed by another's end. */
function parse(text: string): { readonly names: string[]; readonly attributes: string[] } {
  const markup = text.replace(/^<!doctype html>/, '').replaceAll(/<(style|script)>.*?<\/\1>/gs, '<$1></$1>');
  const open: string[] = [];
  const [names, attributes]: [string[], string[]] = [[], []];
  for (const [, end, name = '', rest = ''] of markup.matchAll(
    /<(\/?)([a-z][a-z0-9]*)((?:\s+[\w-]+(?:="[^"<]*")?)*\s*\/?)>/gi,
  )) {
    if (end === '/') {
      const last = open.pop();
      if (last !== name) throw new Error(`</${name}> closes <${last}>`);
    } else {
      names.push(name);
      attributes.push(...[...rest.matchAll(/([\w-]+)(?:="[^"]*")?/g)].map(([, attribute = '']) => attribute));
      if (!rest.endsWith('/')) open.push(name);
    }
  }
  expect(open).toEqual([]);
  expect(markup.match(/</g)).toHaveLength(markup.match(/<\/?[a-z]/gi)?.length ?? 0);
  return { names, attributes };
}
