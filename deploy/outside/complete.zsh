# Types "past gate ac" and a tabulator into an interactive zsh that loads the
# completion from the folder given, and prints the line as it then stands.
zmodload zsh/zpty || exit 1
zpty shell zsh -f -i
zpty -w shell "PS1='ready> '; unsetopt zle_bracketed_paste; fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D"
zpty -w shell 'shown() { print -r -- "offered=<$BUFFER>"; BUFFER=; zle accept-line }; zle -N shown; bindkey "^X" shown; print compl""eted'
zpty -r shell out '*completed*' || exit 1
zpty -w -n shell $'past gate ac\t\x18'
zpty -r shell out '*offered=<*>*' || exit 1
print -r -- "$out"
zpty -d shell
