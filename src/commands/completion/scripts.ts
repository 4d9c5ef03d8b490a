/**
 * How each shell asks qdx what could stand at the cursor, and offers it. The answers come from src/cli/complete: the
 * scripts know no command and no flag.
 */

const bash = `# Completion of qdx for bash: source <(qdx completion bash)
_qdx() {
  local line value directive=none current="\${COMP_WORDS[COMP_CWORD]}"
  [ "$current" = '=' ] && current=''
  COMPREPLY=()
  while IFS= read -r line; do
    case "$line" in
      :*) directive="\${line#:}" ;;
      *)
        value="\${line%%$'\\t'*}"
        case "$current" in
          [\\"\\']*) ;;
          *) printf -v value %q "$value" ;;
        esac
        COMPREPLY+=("$value")
        ;;
    esac
  done < <(qdx __complete bash "$((COMP_CWORD - 1))" "\${COMP_WORDS[@]:1}" 2>/dev/null)
  [ "\${#COMPREPLY[@]}" -gt 0 ] && return
  case "$directive" in
    files) compopt -o default 2>/dev/null || _qdx_paths -f "$current" ;;
    folders) compopt -o dirnames 2>/dev/null || _qdx_paths -d "$current" ;;
  esac
}
# For a bash without compopt, such as that of macOS.
_qdx_paths() {
  local path
  while IFS= read -r path; do COMPREPLY+=("$path"); done < <(compgen "$1" -- "$2")
}
complete -F _qdx qdx
`;

const zsh = `#compdef qdx
# Completion of qdx for zsh: a file _qdx in a folder of fpath, or source <(qdx completion zsh) after compinit
_qdx() {
  local line value directive=none
  local -a described
  while IFS= read -r line; do
    if [[ $line == :* ]]; then
      directive=\${line#:}
    else
      value=\${line%%$'\\t'*}
      value=\${value//:/\\\\:}
      [[ $line == *$'\\t'* ]] && value+=":\${line#*$'\\t'}"
      described+=("$value")
    fi
  done < <(qdx __complete zsh $((CURRENT - 2)) "\${(@)words[2,-1]}" 2>/dev/null)
  if (( $#described )); then
    if [[ $PREFIX == -* ]]; then _describe -o qdx described; else _describe qdx described; fi
  fi
  [[ $directive == none ]] && return
  [[ $PREFIX == --*=* ]] && compset -P '*='
  if [[ $directive == folders ]]; then _files -/; else _files; fi
}
if [[ $funcstack[1] == _qdx ]]; then
  _qdx "$@"
elif (( $+functions[compdef] )); then
  compdef _qdx qdx
else
  print -u2 'qdx: completion needs compinit first: autoload -Uz compinit && compinit'
fi
`;

const fish = `# Completion of qdx for fish: qdx completion fish > ~/.config/fish/completions/qdx.fish
function __qdx_complete
    set -l before (commandline -opc)
    set -e before[1]
    set -l current (commandline -ct)
    set -l directive none
    for line in (qdx __complete fish (count $before) $before "$current" 2>/dev/null)
        if string match -q ':*' -- $line
            set directive (string sub -s 2 -- $line)
        else
            printf '%s\\n' $line
        end
    end
    set -l flag (string match -r '^--[^=]+=' -- "$current")
    set -l rest (string replace -r '^--[^=]+=' '' -- "$current")
    switch $directive
        case files
            for path in (__fish_complete_path "$rest")
                printf '%s%s\\n' "$flag" $path
            end
        case folders
            for path in (__fish_complete_directories "$rest")
                printf '%s%s\\n' "$flag" $path
            end
    end
end
complete -c qdx -f -a '(__qdx_complete)'
`;

const powershell = `# Completion of qdx for PowerShell: qdx completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName 'qdx' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $elements = $commandAst.CommandElements | Where-Object { $_.Extent.StartOffset -lt $cursorPosition }
    $words = @($elements | Select-Object -Skip 1 | ForEach-Object { $_.Extent.Text })
    $index = $words.Count
    if ($wordToComplete -ne '') { $index = $index - 1 }
    $found = 0
    $directive = 'none'
    foreach ($line in @(& qdx __complete powershell $index $words 2>$null)) {
        if ($line.StartsWith(':')) { $directive = $line.Substring(1); continue }
        $value, $text = $line -split "\\t", 2
        if (-not $text) { $text = $value }
        $typed = $value
        if ($typed -match '[^\\w./:=-]') { $typed = "'" + $typed.Replace("'", "''") + "'" }
        $found++
        [System.Management.Automation.CompletionResult]::new($typed, $value, 'ParameterValue', $text)
    }
    # Without a result PowerShell offers files.
    if ($found -eq 0 -and $directive -eq 'none') { '' }
}
`;

export const completionScripts = { bash, zsh, fish, powershell } as const;

type Shell = keyof typeof completionScripts;

export const shellNames = Object.keys(completionScripts);

export const isShell = (name: string): name is Shell => Object.hasOwn(completionScripts, name);
