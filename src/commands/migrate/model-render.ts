/**
 * What `qdx migrate --model` says of itself.
 */
import { counted, formatBytes, formatCount, formatDuration } from '../../lib/quantities.ts';
import { renderTable } from '../../lib/table.ts';
import { needsRow, openLines } from './text.ts';
import { gapToCome, renderGap } from '../name-gap-text.ts';
import type { ReembedSummary } from '../../core/transfer/reembed-collection.ts';
import type { ReembedPlan } from '../../core/transfer/reembed/plan.ts';
import type { ReembedProof } from '../../core/transfer/reembed/proof.ts';
import { shellText } from '../../lib/shell-line.ts';

export function renderReembedding(summary: ReembedSummary): string {
  const { source, target, replaced, isSwitched, points, newVector, replacedVector, model } = summary;
  const before = replaced.length > 0 ? `; ${replaced.join(', ')} is kept` : '';
  const names = isSwitched
    ? `${target.aliases.join(', ')} -> ${target.collection}${before}`
    : `${target.collection}, to which no name leads yet`;
  return [
    `${source.collection} (${replacedVector.size ?? '?'} dimensions) embedded anew by ${model} (${newVector.size}): ${counted(points, 'points')}`,
    `  ${countsLine(summary)}`,
    ...(summary.counts.truncated > 0
      ? [
          `  ${counted(summary.counts.truncated, 'texts are')} longer than the ${summary.maxTokens} tokens that the model reads: their end was cut off`,
        ]
      : []),
    ...lackingLines(summary),
    ...openLines(summary),
    `  vectors: ${vectorsLine(summary)}`,
    ...summary.backups.map(
      ({ folder, collection, sizeBytes }) =>
        `  backup of ${collection}, read back: ${folder} (${formatBytes(sizeBytes)})`,
    ),
    ...(summary.proof
      ? proofLines(summary.proof, summary.tokenVectorsKey)
      : ['an earlier run had proven it and switched it in']),
    '',
    `${names} (${formatDuration(summary.durationMs)})`,
    ...(summary.gap ? [renderGap(target.aliases.join(', '), summary.gap)] : []),
    ...(isSwitched && replaced.length > 0 ? [shellText`step back: qdx rollback ${target.aliases[0] ?? ''}`] : []),
  ].join('\n');
}

function countsLine({ counts, pointsKept, embeddingMs, device }: ReembedSummary): string {
  const rate =
    counts.tokens > 0 && embeddingMs > 0 ? `, ${formatCount((counts.tokens * 1000) / embeddingMs)} tokens/s` : '';
  const kept = pointsKept > 0 ? `${formatCount(pointsKept)} there from a run before, ` : '';
  const how =
    counts.embedded > 0
      ? ` (${counted(counts.tokens, 'tokens')} in ${formatDuration(embeddingMs)}${rate} on ${device ?? 'cpu'})`
      : '';
  return `${kept}${formatCount(counts.embedded)} embedded${how}, ${formatCount(counts.cached)} from the cache`;
}

function lackingLines({ counts }: ReembedSummary): string[] {
  const lacking = counts.withoutText + counts.failed;
  return lacking === 0
    ? []
    : [
        `  ${counted(lacking, 'points have')} no vector: ${formatCount(counts.withoutText)} without text, ${formatCount(counts.failed)} that the model cannot read`,
      ];
}

type VectorNames = Pick<ReembedSummary, 'newVector' | 'keptVectors' | 'droppedVectors'> & {
  readonly replacedVector: { readonly name: string; readonly size: number | null };
};

function vectorsLine({ replacedVector, newVector, keptVectors, droppedVectors }: VectorNames): string {
  const quoted = (names: readonly string[]) => names.map((name) => JSON.stringify(name)).join(', ');
  const terms = newVector.sparseName === null ? '' : ` and terms "${newVector.sparseName}"`;
  return [
    `"${newVector.name}" (${newVector.size})${terms} instead of "${replacedVector.name}" (${replacedVector.size ?? '?'})`,
    ...(keptVectors.length > 0 ? [`kept: ${quoted(keptVectors)}`] : []),
    ...(droppedVectors.length > 0 ? [`left out: ${quoted(droppedVectors)}`] : []),
  ].join('; ');
}

const proofLines = (proof: ReembedProof, tokensKey: string | null): string[] => [
  `  every id, payload and kept vector was compared: ${counted(proof.points.points, 'points are')} the same` +
    (tokensKey === null ? '' : `, but for the key ${tokensKey}, which qdx adds to payloads (token vectors)`),
  ...(proof.points.movedMeanwhile > 0
    ? [
        `  ${formatCount(proof.points.movedMeanwhile)} of them were written meanwhile, and are carried over after the switch`,
      ]
    : []),
  '',
  renderProof(proof),
];

const figure = (value: number | null | undefined): string =>
  value === null || value === undefined ? '-' : value.toFixed(3);

/** Old against new. */
function renderProof({ spaces, queries, oldNotQueried }: ReembedProof): string {
  const rows: string[][] = [];
  if (spaces) {
    rows.push(['a point finds itself @1', figure(spaces.oldSelf?.at1), figure(spaces.newSelf.at1)]);
    rows.push(['a point finds itself @10', figure(spaces.oldSelf?.at10), figure(spaces.newSelf.at10)]);
  }
  for (const [name, key] of queryRows)
    if (queries?.made) rows.push([name, figure(queries.old?.[key]), figure(queries.made[key])]);
  const notes = [
    ...(spaces?.interval
      ? [
          `nearest neighbours that both have (of 10): ${figure(spaces.overlapAt10)} [${spaces.interval.map(figure).join(', ')}], ${spaces.sampled} sampled points`,
        ]
      : []),
    ...(queries?.overlapAt10 === null || queries?.overlapAt10 === undefined
      ? []
      : [`hits that both find (of 10): ${figure(queries.overlapAt10)}, ${queries.queries} queries`]),
    ...(oldNotQueried === null ? [] : [`the old collection was not asked the queries: ${oldNotQueried}`]),
  ];
  return [renderTable(rows, { header: ['', 'old', 'new'], right: [1, 2] }), ...notes].join('\n');
}

const queryRows = [
  ['judged queries: nDCG@10', 'ndcgAt10'],
  ['judged queries: MRR@10', 'mrrAt10'],
  ['judged queries: right hit @1', 'hitAt1'],
  ['judged queries: right hit @10', 'hitAt10'],
] as const;

/** The plan, and that nothing was done. */
export function renderReembedPlan(plan: ReembedPlan): string {
  const { source, target, replacedVector, newVector, texts, tokens, cached, speed } = plan;
  const size = replacedVector.size ?? '?';
  const rows = [
    ['source', `${source.collection}: ${counted(source.points, 'points')}, ${size} dimensions`],
    [
      'target',
      `${target.collection}, ${newVector.size} dimensions by ${plan.model}${plan.isTakenUp ? '; an unfinished run is taken up' : ''}`,
    ],
    [
      'text',
      `payload key "${plan.textField}": ${counted(texts, 'texts')}, about ${counted(tokens, 'tokens')} to read (by ${plan.sampledTexts} of them); ${formatCount(cached)} vectors are in the cache`,
    ],
    ...(plan.withoutText > 0
      ? [['', `without text, ${counted(plan.withoutText, 'points come')} over without a vector`]]
      : []),
    ...(plan.truncated > 0
      ? [
          [
            '',
            `about ${counted(plan.truncated, 'texts are')} longer than the ${plan.maxTokens} tokens that the model reads; ${(plan.unreadShare * 100).toFixed(1)} % of all tokens would not be read`,
          ],
        ]
      : []),
    ['time', timeLine(plan)],
    ...(speed
      ? [
          [
            '',
            `measured here: ${formatCount(speed.tokensPerSecond)} tokens/s (${speed.texts} texts in ${formatDuration(speed.durationMs)} on ${speed.device ?? 'cpu'})`,
          ],
        ]
      : []),
    [
      'vectors',
      vectorsLine({
        ...plan,
        keptVectors: plan.keptVectors.map(({ name }) => name),
        droppedVectors: plan.droppedVectors.map(({ name }) => name),
      }),
    ],
    ['disk', `about ${formatBytes(plan.stagingBytes)} on ${target.url}, whose free space cannot be asked for`],
    ...backupRows(plan),
    ['switch', switchLine(plan)],
    ...plan.replaced.filter(({ leavesGap }) => leavesGap).map(({ name }) => ['gap', gapToCome(name)]),
    ...needsRow(plan),
  ];
  return [renderTable(rows), '', 'nothing was changed (--plan)'].join('\n');
}

const timeLine = ({ embeddingMs }: ReembedPlan): string =>
  embeddingMs === null
    ? 'not known'
    : `about ${formatDuration(embeddingMs)} of embedding; reading, writing and comparing come on top`;

function backupRows({ backups, backupRoot, freeBytes }: ReembedPlan): string[][] {
  if (backupRoot === null) return [['backup', 'none (--no-backup)']];
  const whys = { source: 'the source', replaced: 'the name leads to it now' };
  const free = freeBytes === null ? '' : `, where ${formatBytes(freeBytes)} are free`;
  return backups.map(({ collection, sizeBytes, why }) => [
    'backup',
    `${collection} (${whys[why]}): about ${formatBytes(sizeBytes)} in ${backupRoot}${free}`,
  ]);
}

function switchLine({ target, replaced }: ReembedPlan): string {
  const kept = [
    ...new Set(replaced.map(({ collection, leavesGap }) => `${leavesGap ? 'a copy of ' : ''}${collection}`)),
  ];
  const before = kept.length > 0 ? `; ${kept.join(', ')} is kept` : '';
  return `${target.aliases.join(', ')} -> ${target.collection}${before}`;
}
