package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

type manCmd struct {
	Markdown string `name:"markdown" enum:",commands,configuration" default:"" help:"Print a page of the reference in Markdown instead: commands or configuration." placeholder:"PAGE"`
}

// Run prints past(1) in troff, or a page of the reference, made from the
// grammar that parses the command line.
func (c *manCmd) Run(k *kong.Kong, e *Env) error {
	switch c.Markdown {
	case "commands":
		writeCommandsPage(e.Stdout, k.Model)
		return nil
	case "configuration":
		return writeConfigurationPage(e.Stdout, k.Model)
	}
	writeMan(e.Stdout, k.Model, e.Version)
	return nil
}

func troff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "\n", " ").Replace(s)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	return s
}

func writeMan(w io.Writer, m *kong.Application, version string) {
	fmt.Fprintf(w, ".TH PAST 1 \"\" \"past %s\" \"User commands\"\n.SH NAME\npast \\- a research evidence tracker\n", troff(version))
	fmt.Fprintf(w, ".SH SYNOPSIS\n.B past\n.I command\n.RI [ flags ]\n.SH DESCRIPTION\n%s\n", troff(m.Help))
	fmt.Fprint(w, ".SH FLAGS OF EVERY COMMAND\n")
	manFlags(w, m.Flags)
	fmt.Fprint(w, ".SH COMMANDS\n")
	var walk func(n *kong.Node, path string)
	walk = func(n *kong.Node, path string) {
		for _, c := range n.Children {
			if c.Hidden || c.Type != kong.CommandNode {
				continue
			}
			name := path + " " + c.Name
			var args []string
			for _, p := range c.Positional {
				args = append(args, p.Summary())
			}
			fmt.Fprintf(w, ".SS %s\n%s\n", troff(strings.TrimSpace("past"+name+" "+strings.Join(args, " "))), troff(c.Help))
			for _, p := range c.Positional {
				fmt.Fprintf(w, ".TP\n.I %s\n%s\n", troff(p.Name), troff(p.Help))
			}
			manFlags(w, c.Flags)
			walk(c, name)
		}
	}
	walk(m.Node, "")
	fmt.Fprint(w, ".SH EXIT STATUS\n")
	for _, x := range exitCodes {
		fmt.Fprintf(w, ".TP\n.B %d\n%s\n", x.code, troff(x.meaning))
	}
	fmt.Fprint(w, `.SH FILES
.I past.yaml
here or in the user's configuration directory: db, contact, review, out, endpoints, sources. Flags win over the environment `+
		`(PAST_*), the environment over the file.
`)
}

func manFlags(w io.Writer, flags []*kong.Flag) {
	for _, f := range flags {
		if f.Hidden {
			continue
		}
		name := "--" + f.Name
		if !f.IsBool() {
			name += "=" + f.FormatPlaceHolder()
		}
		text := f.Help
		if len(f.Envs) > 0 {
			text += " Environment: " + strings.Join(f.Envs, ", ") + "."
		}
		fmt.Fprintf(w, ".TP\n.B %s\n%s\n", troff(name), troff(text))
	}
}
