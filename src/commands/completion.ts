/**
 * `qdx completion`: the script that teaches a shell to complete qdx.
 */
import type { CommandModule } from './command.ts';
import { completionScripts, isShell, shellNames } from './completion/scripts.ts';

export const completion: CommandModule = {
  examples: [
    'source <(qdx completion bash)',
    'qdx completion zsh > "${fpath[1]}/_qdx"',
    'qdx completion fish > ~/.config/fish/completions/qdx.fish',
    'qdx completion powershell | Out-String | Invoke-Expression',
  ],
  define: (command) => {
    command.addArgument(command.createArgument('<shell>', 'The shell that is to complete qdx').choices(shellNames));
  },
  run: async ({ args: [shell = ''] }) => {
    const script = isShell(shell) ? completionScripts[shell] : '';
    return { data: { shell, script }, text: () => script };
  },
};
