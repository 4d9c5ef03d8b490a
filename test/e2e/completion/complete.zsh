# Types each argument and a TAB into a real interactive zsh, and prints the line as it stands then.
zmodload zsh/zpty
zpty -b shell zsh -f -i
zpty -w shell 'autoload -Uz compinit; compinit -u -D; source <(qdx completion zsh); PS1=; show() { BUFFER="<$BUFFER>"; zle redisplay }; zle -N show; bindkey "^X" show; bindkey "^U" kill-whole-line; print RE""ADY'
zpty -r shell out '*READY*'
for line in "$@"; do
  zpty -w -n shell "$line"$'\t\x18'
  zpty -r shell out '*<*>*'
  print -r -- "${${out##*<}%%>*}"
  zpty -w -n shell $'\x15'
done
