/**
 * `qdx doctor`: what is wrong with this installation, and what to do about it.
 */
import { type Examination, examine, type Finding } from '../core/doctor/examine.ts';
import { lockOwner } from '../core/qdrant/lock.ts';
import type { View } from '../lib/output.ts';
import { paint } from '../lib/style.ts';
import { version } from '../version.ts';
import type { CommandModule } from './command.ts';
import { addSettingOptions } from './setting-options.ts';

export const doctor: CommandModule = {
  examples: ['qdx doctor', 'qdx doctor --json', 'qdx doctor --url http://127.0.0.1:6333'],
  define: (command) => addSettingOptions(command, ['embed.device']),
  run: async (_input, context) => {
    const examination = await examine(
      {
        settings: () => context.settings(),
        connect: () => context.connect(),
        folders: context.folders,
        environment: context.environment,
        qdxVersion: version,
        owner: lockOwner('qdx doctor'),
      },
      context,
    );
    return {
      data: examination,
      text: (view) => renderExamination(examination, view),
      outcome: examination.broken > 0 ? 'verification' : 'done',
    };
  },
};

const colors = { ok: 'green', warning: 'yellow', broken: 'red' } as const;

export function renderExamination({ findings, broken, warnings }: Examination, view: View): string {
  const lines = findings.flatMap((finding, index) => [
    ...(findings[index - 1]?.area === finding.area ? [] : [paint(view, 'bold', finding.area)]),
    ...linesOf(finding, view),
  ]);
  const verdict =
    broken + warnings === 0
      ? 'nothing is wrong'
      : `${broken} broken, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`;
  return [...lines, '', verdict].join('\n');
}

const linesOf = ({ state, message, fix }: Finding, view: View): string[] => [
  `  ${paint(view, colors[state], state.padEnd(8))} ${message}`,
  ...(fix === undefined ? [] : [`${' '.repeat(11)}fix: ${fix}`]),
];
