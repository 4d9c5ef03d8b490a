/**
 * A report as JUnit XML: a test case a check, so that any CI shows what failed and why.
 */
import type { ReportView } from '../views/view.ts';

export function renderJunit({ title, headline, checks, notes }: ReportView): string {
  const failures = checks.filter(({ status }) => status === 'failed').length;
  const cases = checks.map(({ name, status, message }) => {
    const open = `    <testcase classname=${quoted(title)} name=${quoted(name)}`;
    if (status === 'failed') return `${open}>\n      <failure message=${quoted(message)}/>\n    </testcase>`;
    return `${open}>\n      <system-out>${escapeXml(`${status === 'warning' ? 'warning: ' : ''}${message}`)}</system-out>\n    </testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites tests="${checks.length}" failures="${failures}">`,
    `  <testsuite name=${quoted(title)} tests="${checks.length}" failures="${failures}">`,
    ...cases,
    `    <system-out>${escapeXml([headline, ...notes].join('\n'))}</system-out>`,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

const quoted = (text: string): string =>
  `"${escapeXml(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')}"`;

/** XML 1.0 has no way to write control characters: they become U+FFFD. */
const escapeXml = (text: string): string =>
  text
    // oxlint-disable-next-line eslint/no-control-regex -- these are what must not stand there
    .replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Surrogate}/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
