package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

type completionCmd struct {
	Shell string `arg:"" name:"shell" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

func (c *completionCmd) Run(k *kong.Kong, e *Env) error {
	words := completions(k.Model)
	switch c.Shell {
	case "fish":
		writeFish(e.Stdout, words)
	case "zsh":
		fmt.Fprintln(e.Stdout, "#compdef past\nautoload -U +X bashcompinit && bashcompinit")
		writeBash(e.Stdout, words)
		// Found on $fpath, this file is the body of the function _past at its
		// first call, which must complete too.
		fmt.Fprintln(e.Stdout, "if [[ \"${funcstack[1]}\" == _past ]]; then _bash_complete -o default -F _past; fi")
	default:
		writeBash(e.Stdout, words)
	}
	return nil
}

// word is what can follow a command path.
type word struct {
	path  string // "" for past itself, "gate accept" for a command
	names []string
	flags []*kong.Flag
	subs  []*kong.Node
}

// completions walks the grammar that parses the command line.
func completions(m *kong.Application) []word {
	var out []word
	var walk func(n *kong.Node, path string)
	walk = func(n *kong.Node, path string) {
		w := word{path: path}
		for _, group := range n.AllFlags(true) {
			for _, f := range group {
				w.flags = append(w.flags, f)
				w.names = append(w.names, "--"+f.Name)
			}
		}
		for _, c := range n.Children {
			if c.Type == kong.CommandNode && !c.Hidden {
				w.subs = append(w.subs, c)
				w.names = append(w.names, c.Name)
			}
		}
		out = append(out, w)
		for _, c := range w.subs {
			walk(c, strings.TrimSpace(path+" "+c.Name))
		}
	}
	walk(m.Node, "")
	return out
}

func writeBash(w io.Writer, words []word) {
	fmt.Fprint(w, `_past() {
    local cur path w i
    cur="${COMP_WORDS[COMP_CWORD]}"
    path=""
    for ((i = 1; i < COMP_CWORD; i++)); do
        w="${COMP_WORDS[i]}"
        case "$path $w" in
`)
	for _, x := range words {
		if x.path == "" {
			continue
		}
		parent, name := "", x.path
		if i := strings.LastIndexByte(x.path, ' '); i >= 0 {
			parent, name = x.path[:i], x.path[i+1:]
		}
		fmt.Fprintf(w, "        %q) path=%q ;;\n", parent+" "+name, x.path)
	}
	fmt.Fprint(w, `        esac
    done
    w=()
    for ((i = 1; i < COMP_CWORD - 1; i++)); do
        [[ "${COMP_WORDS[i]}" == --db ]] && w=(--db "${COMP_WORDS[i + 1]}")
    done
    case "$path ${COMP_WORDS[COMP_CWORD - 1]} $cur" in
    "cite "*" -"*) ;;
    "cite "*|"changes --finding "*)
        COMPREPLY=($(compgen -W "$(past cite --keys "${w[@]}" 2>/dev/null)" -- "$cur"))
        return ;;
    esac
    case "$path" in
`)
	for _, x := range words {
		fmt.Fprintf(w, "    %q) COMPREPLY=($(compgen -W %q -- \"$cur\")) ;;\n", x.path, strings.Join(x.names, " "))
	}
	fmt.Fprint(w, "    esac\n}\ncomplete -o default -F _past past\n")
}

func writeFish(w io.Writer, words []word) {
	quote := func(s string) string { return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'" }
	for _, cond := range []string{"__fish_seen_subcommand_from cite",
		"__fish_seen_subcommand_from changes; and __fish_prev_arg_in --finding"} {
		fmt.Fprintf(w, "complete -c past -f -n %s -a '(past cite --keys 2>/dev/null)'\n", quote(cond))
	}
	for _, x := range words {
		var conds []string
		for _, p := range strings.Fields(x.path) {
			conds = append(conds, "__fish_seen_subcommand_from "+p)
		}
		cond := strings.Join(conds, "; and ")
		if x.path == "" {
			cond = "__fish_use_subcommand"
		}
		for _, s := range x.subs {
			fmt.Fprintf(w, "complete -c past -f -n %s -a %s -d %s\n", quote(cond), s.Name, quote(s.Help))
		}
		for _, f := range x.flags {
			arg := ""
			if !f.IsBool() {
				arg = " -r"
			}
			fmt.Fprintf(w, "complete -c past -n %s -l %s%s -d %s\n", quote(cond), f.Name, arg, quote(f.Help))
		}
	}
}
