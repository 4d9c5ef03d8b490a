/**
 * How the page looks: one column of text and two of drawings, light and dark, on paper too. Colours of text keep a contrast
 * of 4.5 to their ground, those of marks 3 (WCAG 2.2, 1.4.3 and 1.4.11).
 */
const light = `
  --ground: #fdfdfc; --raised: #f4f4f1; --line: #d9d8d3; --ink: #1c1d1f; --soft: #5b5e63; --link: #0a58b0;
  --good: #14702f; --warn: #855500; --bad: #b42318; --good-ground: #e7f4ea; --warn-ground: #fbf1d9; --bad-ground: #fcebe9;
  --calm-ground: #e9f0f8; --s0: #6a6e74; --s1: #1f6fbf; --s2: #c2570c; --s3: #1c8040; --s4: #8250c8; --s5: #b83280;
  --s6: #11808a; --s7: #85610a;
`;
const dark = `
  --ground: #15171a; --raised: #1f2226; --line: #383c42; --ink: #e8e8e5; --soft: #a7abb1; --link: #7ab8ff;
  --good: #63cc82; --warn: #e8b84f; --bad: #ff8d82; --good-ground: #16301f; --warn-ground: #352a12; --bad-ground: #3d1d1b;
  --calm-ground: #1b2a3b; --s0: #9ba0a8; --s1: #6aaef5; --s2: #f0925a; --s3: #5bbd7b; --s4: #b394ee; --s5: #ea7fb8;
  --s6: #4fc3cd; --s7: #d1aa45;
`;

const page = `
* { box-sizing: border-box; }
html { color-scheme: light dark; scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; padding: 2rem clamp(1rem, 4vw, 3rem) 4rem; max-width: 78rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
h1, h2, h3, p, ul, ol, dl, dd, blockquote { margin: 0; padding: 0; }
h1 { font-size: 1.75rem; line-height: 1.2; letter-spacing: -0.015em; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; letter-spacing: -0.01em; margin-bottom: 1rem; }
h3 { font-size: 1rem; font-weight: 650; }
code, pre, .rank { font-family: ui-monospace, "SF Mono", "Cascadia Code", "Liberation Mono", monospace; font-size: 0.875em; }
a { color: var(--link); text-underline-offset: 0.15em; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 2px; }
ul[role="list"], ol[role="list"] { list-style: none; }
section { margin-top: 3rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: 1rem; top: -4rem; padding: 0.5rem 0.75rem; background: var(--ground); }
.skip:focus { top: 0.5rem; }
.kind { color: var(--soft); font-size: 0.875rem; margin-bottom: 0.25rem; }
.verdict { display: grid; grid-template-columns: auto 1fr; gap: 0 0.9rem; align-items: center; margin-top: 1.25rem; padding: 1rem 1.15rem;
  border-radius: 8px; border: 1px solid transparent; background: var(--calm-ground); }
.verdict svg { width: 2rem; height: 2rem; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round;
  grid-row: span 2; }
.verdict strong { font-size: 1.125rem; line-height: 1.3; }
.verdict p { line-height: 1.4; }
.passed { --tone: var(--good); --tone-ground: var(--good-ground); }
.warning, .partial { --tone: var(--warn); --tone-ground: var(--warn-ground); }
.failed { --tone: var(--bad); --tone-ground: var(--bad-ground); }
.measured { --tone: var(--link); --tone-ground: var(--calm-ground); }
.verdict { background: var(--tone-ground); }
.verdict svg, .verdict strong { color: var(--tone); }
.headline { margin-top: 1rem; font-size: 1.0625rem; max-width: 60rem; overflow-wrap: anywhere; }
nav { margin-top: 1.25rem; padding-top: 0.75rem; border-top: 1px solid var(--line); }
nav ul { display: flex; flex-wrap: wrap; gap: 0.1rem 1.25rem; font-size: 0.9375rem; }
nav a { display: inline-block; padding: 0.25rem 0; }
.checks { display: grid; gap: 0.6rem; }
.checks li { display: grid; grid-template-columns: 5.25rem 1fr; gap: 0 0.75rem; align-items: baseline; }
.checks .status { justify-self: start; padding: 0 0.5rem; border-radius: 999px; font-size: 0.8125rem; font-weight: 600;
  color: var(--tone); background: var(--tone-ground); }
.checks p { grid-column: 2; color: var(--soft); overflow-wrap: anywhere; }
.checks strong { overflow-wrap: anywhere; }
.notes { display: grid; gap: 0.5rem; padding-left: 1.1rem; max-width: 60rem; overflow-wrap: anywhere; }
.charts { columns: 2 30rem; column-gap: 2.75rem; }
figure { margin: 0 0 2.25rem; break-inside: avoid; min-width: 0; display: grid; grid-template-columns: minmax(0, 1fr); align-content: start; gap: 0.65rem; }
figcaption { color: var(--soft); font-size: 0.875rem; }
.drawing { overflow-x: auto; }
.drawing svg { display: block; width: 100%; min-width: 22rem; max-width: 44rem; height: auto; font: 12px system-ui, sans-serif; }
.axes text { fill: var(--soft); }
.axes .grid { stroke: var(--line); }
.axes .base, .axes .tick { stroke: var(--soft); }
.mark { fill: currentColor; fill-opacity: 0.75; stroke: var(--ground); stroke-width: 0.75; }
.front { fill: none; stroke: var(--soft); stroke-width: 1.5; stroke-dasharray: 1 3; stroke-linecap: round; }
.limit line { stroke: var(--bad); stroke-dasharray: 5 4; }
.limit text { fill: var(--bad); }
.picked circle { fill: none; stroke: var(--ink); stroke-width: 2; }
.picked text { fill: var(--ink); font-weight: 650; paint-order: stroke; stroke: var(--ground); stroke-width: 4px; stroke-linejoin: round; }
.better { fill: var(--s1); }
.worse { fill: var(--s2); }
.interval { fill: var(--ink); fill-opacity: 0.1; }
line.mean { stroke: var(--ink); stroke-width: 1.5; }
text.mean { fill: var(--ink); }
.legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; font-size: 0.875rem; }
.legend li { display: inline-flex; align-items: center; gap: 0.35rem; }
.key { width: 0.9rem; height: 0.9rem; fill: currentColor; flex: none; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
table.bars { width: 100%; font-size: 0.9375rem; }
.bars th { text-align: left; font-weight: 400; padding: 0.2rem 0.75rem 0.2rem 0; vertical-align: top; overflow-wrap: break-word; }
.bars thead th { text-align: right; color: var(--soft); padding-right: 0; font-size: 0.875rem; }
.bars th.series { color: var(--soft); }
.bars th[scope="rowgroup"], .bars th[scope="row"]:first-child { width: 1%; min-width: 6rem; white-space: nowrap; }
.bars .bar { width: 60%; padding: 0.2rem 0; vertical-align: middle; }
.bars .bar svg { display: block; width: 100%; height: 1.25rem; overflow: visible; }
.bars rect { fill: currentColor; fill-opacity: 0.6; }
.bars .figure { padding: 0.2rem 0 0.2rem 0.75rem; text-align: right; white-space: nowrap; vertical-align: middle; }
.bars line { vector-effect: non-scaling-stroke; }
.whisker { stroke: var(--ink); stroke-width: 1.5; }
.reach { stroke: var(--s1); stroke-width: 2; }
.far { stroke: var(--s1); stroke-width: 1; }
.p50 { stroke: var(--s1); stroke-width: 5; }
.p95 { stroke: var(--s1); stroke-width: 3; }
.p99 { stroke: var(--s1); stroke-width: 2; }
line.doubtful { stroke-dasharray: 2 3; }
td.doubtful::after { content: " ?"; color: var(--warn); font-weight: 650; }
.s0 { color: var(--s0); } .s1 { color: var(--s1); } .s2 { color: var(--s2); } .s3 { color: var(--s3); }
.s4 { color: var(--s4); } .s5 { color: var(--s5); } .s6 { color: var(--s6); } .s7 { color: var(--s7); }
rect.s1 { fill: var(--s1); }
.block + .block { margin-top: 2rem; }
.block h3 { margin-bottom: 0.5rem; }
.scroll { overflow-x: auto; }
.figures { font-size: 0.9375rem; }
.figures th, .figures td { padding: 0.35rem 1.1rem 0.35rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line);
  max-width: 34rem; overflow-wrap: break-word; }
.figures th { font-weight: 500; }
.figures thead th { color: var(--soft); font-size: 0.875rem; font-weight: 500; white-space: nowrap; }
.figures .right { text-align: right; white-space: nowrap; }
.figures button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; }
.figures button::after { content: "\\2195"; margin-left: 0.3em; opacity: 0.65; }
[aria-sort="ascending"] button::after { content: "\\2191"; opacity: 1; }
[aria-sort="descending"] button::after { content: "\\2193"; opacity: 1; }
.doubt { color: var(--warn); font-weight: 650; }
sup { line-height: 0; margin-left: 0.15em; }
.footnotes { margin-top: 0.5rem; color: var(--soft); font-size: 0.875rem; }
summary { cursor: pointer; }
summary h3 { display: inline; }
.count { margin-left: 0.6rem; color: var(--soft); font-size: 0.875rem; }
details[open] > summary h3 { margin-bottom: 0; }
details > .scroll { margin-top: 0.5rem; }
.queries { border-top: 1px solid var(--line); }
.query { border-bottom: 1px solid var(--line); }
.query > summary { padding: 0.65rem 0; list-style-position: outside; margin-left: 1.1rem; }
.query q { quotes: none; font-weight: 600; overflow-wrap: anywhere; }
.scores { font-variant-numeric: tabular-nums; color: var(--soft); margin-right: 0.75rem; }
.scores span + span::before { content: " \\2192  "; }
.tags span { margin-left: 0.6rem; color: var(--soft); font-size: 0.8125rem; overflow-wrap: anywhere; }
.lists { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1rem 2rem; padding: 0.25rem 0 1.25rem 1.1rem; }
.list { min-width: 0; }
.list h3 { color: var(--soft); font-size: 0.875rem; font-weight: 500; margin-bottom: 0.35rem; }
.hits { display: grid; gap: 0.75rem; }
.place { display: flex; flex-wrap: wrap; gap: 0 0.6rem; align-items: baseline; }
.place code { overflow-wrap: anywhere; min-width: 0; }
.rank { color: var(--soft); min-width: 1.1rem; }
.grade { padding: 0 0.5rem; border-radius: 999px; font-size: 0.8125rem; color: var(--soft); background: var(--raised); }
.grade.good { color: var(--good); background: var(--good-ground); }
blockquote { margin: 0.25rem 0 0 1.7rem; padding-left: 0.75rem; border-left: 2px solid var(--line); color: var(--soft); font-size: 0.9375rem;
  white-space: pre-wrap; overflow-wrap: anywhere; }
.answers { margin-top: 0.9rem; font-size: 0.9375rem; }
.answers ul { padding-left: 1.1rem; }
.answers code { overflow-wrap: anywhere; }
.nothing { color: var(--soft); }
.facts { display: grid; grid-template-columns: minmax(7rem, max-content) minmax(0, 1fr); gap: 0.4rem 1.5rem; }
.facts dt { color: var(--soft); }
.facts dd { overflow-wrap: anywhere; }
pre { margin: 0; padding: 0.85rem 1rem; background: var(--raised); border-radius: 8px; white-space: pre-wrap; overflow-wrap: anywhere;
  user-select: all; }
footer { margin-top: 3rem; color: var(--soft); font-size: 0.875rem; }
@media (max-width: 34rem) {
  .facts { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .facts dd { margin-bottom: 0.6rem; }
  .checks li { grid-template-columns: 1fr; gap: 0.15rem; }
  .checks p { grid-column: 1; }
  .bars th[scope="rowgroup"], .bars th[scope="row"]:first-child { white-space: normal; }
  .bars .bar { width: 36%; }
}
`;

const print = `
@media print {
  body { padding: 0; max-width: none; font-size: 10pt; }
  nav, .skip, .figures button::after { display: none; }
  .drawing, .scroll { overflow: visible; }
  .drawing svg { min-width: 0; }
  figure, .verdict, .checks li, .hits li, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; }
  section { margin-top: 1.5rem; }
}
`;

/** On paper it is light, whatever the screen is. */
export const pageStyle = `
:root {${light}}
@media screen and (prefers-color-scheme: dark) { :root {${dark}} }
${page}${print}`;
