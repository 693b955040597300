package cli

import (
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// exitCodes are the exit statuses of every command.
var exitCodes = []struct {
	code    int
	meaning string
}{
	{ExitDone, "Done."},
	{ExitFailed, "Failed; the message says what, where and what to do."},
	{ExitUsage, "The command was called wrongly."},
	{ExitWarned, "Done, with warnings: something was kept aside, or waits for a person."},
	{ExitRefused, "The gate refused the edition; the one before stays."},
}

// configKeys are the keys of past.yaml in words.
var configKeys = map[string]struct{ meaning, flag string }{
	"db":        {"Database file.", "--db"},
	"contact":   {"Contact (mail or URL) that registers see in the User-Agent.", "--contact"},
	"review":    {"Folder of the review files.", "--review"},
	"out":       {"Folder that `past report` writes to. The published folder is `refresh.out`.", "--out"},
	"endpoints": {"Map from a register to the base URL that is asked instead (mirrors, tests).", "--endpoint"},
	"sources":   {"List of registers to ask where a command names none.", "--source"},

	"refresh":                            {"What only `past refresh` takes; docs/operations.md shows all of it.", ""},
	"refresh.every":                      {"Keep running: a cycle every so long. Not together with `at`.", "--every"},
	"refresh.at":                         {"Keep running: a cycle each day at this time (HH:MM).", "--at"},
	"refresh.jitter":                     {"Start up to so much later, by a share that is fixed per database.", "--jitter"},
	"refresh.catch_up":                   {"Run a cycle at once when one was missed.", "--catch-up"},
	"refresh.out":                        {"Published folder: `past refresh` writes it, `past serve` and `past doctor` read it.", "--out"},
	"refresh.base":                       {"Address under which the folder is published; `past serve` cites it.", "--base"},
	"refresh.sources":                    {"Registers to ask; over `sources`.", "--source"},
	"refresh.notify":                     {"Who gets the news of a new or refused edition.", ""},
	"refresh.notify.command":             {"Command line to run.", "--notify-command"},
	"refresh.notify.webhook":             {"Address to post to.", "--notify-webhook"},
	"refresh.notify.webhook_secret_file": {"File that holds the secret to sign with.", "PAST_WEBHOOK_SECRET_FILE"},
	"refresh.notify.mail":                {"Mail.", ""},
	"refresh.notify.mail.server":         {"SMTP server, HOST:PORT.", "--mail-server"},
	"refresh.notify.mail.tls":            {"`starttls` or `tls`.", "--mail-tls"},
	"refresh.notify.mail.ca_file":        {"PEM file of the authorities to trust.", "--mail-ca"},
	"refresh.notify.mail.user":           {"Login.", "PAST_SMTP_USER"},
	"refresh.notify.mail.password_file":  {"File that holds the password.", "PAST_SMTP_PASSWORD_FILE"},
	"refresh.notify.mail.from":           {"Sender.", "--mail-from"},
	"refresh.notify.mail.to":             {"Receivers.", "--mail-to"},
	"refresh.gate_rules":                 {"File with other bounds for the gate. Not together with `gate`.", "--gate-rules"},
	"refresh.gate":                       {"Other bounds for the gate.", ""},
	"refresh.gate.source_shrink":         {"Share of a register's records that may go missing.", ""},
	"refresh.gate.source_shrink_min":     {"Number that may go missing.", ""},
	"refresh.gate.uncaused":              {"Standard errors that an estimate may move without a cause.", ""},
	"refresh.gate.problem_share":         {"Share of records that may newly be unreadable.", ""},
	"refresh.gate.problem_min":           {"Number that may newly be unreadable.", ""},
	"refresh.gate.drift_share":           {"Share of records in which an unknown key counts as schema drift.", ""},
	"refresh.gate.drift_min":             {"Number of records for that.", ""},
	"refresh.gate.stale_decisions":       {"Human decisions that may newly no longer fit.", ""},
}

// otherVariables are read from the environment and have no flag: secrets, which
// other users of the machine could see in a flag, and what the system sets.
var otherVariables = []struct{ name, meaning string }{
	{"PAST_PUBMED_API_KEY", "Key for NCBI's E-utilities: 8 requests a second instead of 2.5."},
	{"PAST_WEBHOOK_SECRET", "Secret that webhooks are signed with."},
	{"PAST_WEBHOOK_SECRET_FILE", "File that holds it."},
	{"PAST_SMTP_USER", "Login at the mail server."},
	{"PAST_SMTP_PASSWORD", "Password there."},
	{"PAST_SMTP_PASSWORD_FILE", "File that holds it."},
	{"PAST_CHROMIUM", "Program that prints pages as PDF, where it has another name or place."},
	{"HTTP_PROXY, HTTPS_PROXY, NO_PROXY", "Proxy through which registers are asked."},
	{"XDG_DATA_HOME", "The database is `past/past.db` below it, unless --db says otherwise; `~/.local/share` if absent."},
	{"XDG_CONFIG_HOME", "`past/past.yaml` below it is read where there is no `past.yaml` here; on macOS and Windows the " +
		"system's folder for it is taken."},
}

// noticeVariables are set for the command that announces an edition.
var noticeVariables = []struct{ name, meaning string }{
	{"PAST_NOTICE", "Name of the notice; the same notice has the same name."},
	{"PAST_KIND", "`published` or `refused`."},
	{"PAST_EDITION", "The edition."},
	{"PAST_TITLE", "One line of text."},
}

const written = "<!-- Written by `past man --markdown %s`; a test checks that it is current. Do not edit. -->\n\n"

// writeCommandsPage writes the list of all commands in Markdown: what each does,
// how it is called and the names of its flags. What a flag means says --help.
func writeCommandsPage(w io.Writer, m *kong.Application) {
	fmt.Fprintf(w, "# Commands\n\n"+written, "commands")
	fmt.Fprint(w, "`past COMMAND --help` explains every flag, `past man` prints all of it as a manual page.\n\nexit code|meaning\n---|---\n")
	for _, x := range exitCodes {
		fmt.Fprintf(w, "%d|%s\n", x.code, x.meaning)
	}
	fmt.Fprintf(w, "\nFlags win over the environment, the environment over `past.yaml` ([configuration](configuration.md)). "+
		"Every command takes %s.\n\n",
		flagNames(m.Flags))
	fmt.Fprint(w, "command|what it does, and its flags\n---|---\n")
	for _, n := range leafCommands(m) {
		var args []string
		for _, p := range n.Positional {
			args = append(args, "`"+p.Summary()+"`")
		}
		if names := flagNames(ownFlags(n)); names != "" {
			args = append(args, names)
		}
		about := cell(n.Help)
		if len(args) > 0 {
			about += "<br>" + strings.Join(args, " ")
		}
		fmt.Fprintf(w, "`past %s`|%s\n", commandPath(n), about)
	}
}

// flagNames lists flags by their names, in code.
func flagNames(flags []*kong.Flag) string {
	var names []string
	for _, f := range flags {
		if !f.Hidden {
			names = append(names, "`--"+f.Name+"`")
		}
	}
	return strings.Join(names, ", ")
}

// writeConfigurationPage writes the keys of past.yaml and the environment.
func writeConfigurationPage(w io.Writer, m *kong.Application) error {
	fmt.Fprintf(w, "# Configuration\n\n"+written, "configuration")
	fmt.Fprint(w, "Flags win over the environment, the environment over `past.yaml`, `past.yaml` over\nthe defaults. Secrets "+
		"come from the environment or from files, never from flags or\n`past.yaml`.\n\n")
	fmt.Fprint(w, "## past.yaml\n\nThe file named by `--config` or `PAST_CONFIG`; else `past.yaml` in the folder where "+
		"the\ncommand runs; else `past/past.yaml` in the user's configuration folder. An unknown key\nis an error.\n\n")
	fmt.Fprint(w, "key|type|flag|meaning\n---|---|---|---\n")
	if err := configTable(w, reflect.TypeFor[config](), ""); err != nil {
		return err
	}
	fmt.Fprint(w, "\n## Environment\n\nvariable|flag|meaning\n---|---|---\n")
	for _, v := range flagVariables(m) {
		fmt.Fprintf(w, "`%s`|`%s`|%s\n", v[0], v[1], v[2])
	}
	fmt.Fprint(w, "\nWithout a flag:\n\nvariable|meaning\n---|---\n")
	for _, v := range otherVariables {
		fmt.Fprintf(w, "`%s`|%s\n", strings.ReplaceAll(v.name, ", ", "`, `"), v.meaning)
	}
	fmt.Fprint(w, "\nSet for the command of `--notify-command`:\n\nvariable|meaning\n---|---\n")
	for _, v := range noticeVariables {
		fmt.Fprintf(w, "`%s`|%s\n", v.name, v.meaning)
	}
	return nil
}

// configTable writes the keys of a section and of those within it.
func configTable(w io.Writer, t reflect.Type, section string) error {
	for i := range t.NumField() {
		key := section + t.Field(i).Tag.Get("yaml")
		words, ok := configKeys[key]
		if !ok {
			return fmt.Errorf("the key %s of past.yaml is not described", key)
		}
		typ, flag := t.Field(i).Type, words.flag
		if typ.Kind() == reflect.Pointer {
			typ = typ.Elem()
		}
		if flag != "" {
			flag = "`" + flag + "`"
		}
		kind := map[reflect.Kind]string{reflect.String: "text", reflect.Map: "map", reflect.Slice: "list", reflect.Struct: "section",
			reflect.Bool: "true or false",
			reflect.Int:  "number", reflect.Int64: "number", reflect.Float64: "number"}[typ.Kind()]
		fmt.Fprintf(w, "`%s`|%s|%s|%s\n", key, kind, flag, words.meaning)
		if typ.Kind() == reflect.Struct {
			if err := configTable(w, typ, key+"."); err != nil {
				return err
			}
		}
	}
	return nil
}

// leafCommands are the commands that do something, in the order of the help.
func leafCommands(m *kong.Application) []*kong.Node {
	var out []*kong.Node
	var walk func(n *kong.Node)
	walk = func(n *kong.Node) {
		for _, c := range n.Children {
			if c.Hidden || c.Type != kong.CommandNode {
				continue
			}
			if len(c.Children) == 0 {
				out = append(out, c)
			}
			walk(c)
		}
	}
	walk(m.Node)
	return out
}

func commandPath(n *kong.Node) string {
	var names []string
	for ; n.Type == kong.CommandNode; n = n.Parent {
		names = append(names, n.Name)
	}
	slices.Reverse(names)
	return strings.Join(names, " ")
}

// ownFlags are the flags of a command and of the groups above it, without those
// of every command.
func ownFlags(n *kong.Node) []*kong.Flag {
	var out []*kong.Flag
	for ; n.Type == kong.CommandNode; n = n.Parent {
		for _, f := range n.Flags {
			if !f.Hidden {
				out = append(out, f)
			}
		}
	}
	return out
}

// flagVariables are the variables that stand for flags, by name: variable, flag
// and meaning.
func flagVariables(m *kong.Application) [][3]string {
	seen := map[string]bool{}
	var out [][3]string
	add := func(flags []*kong.Flag) {
		for _, f := range flags {
			for _, v := range f.Envs {
				if !seen[v] {
					seen[v] = true
					out = append(out, [3]string{v, "--" + f.Name, cell(f.Help)})
				}
			}
		}
	}
	add(m.Flags)
	for _, n := range leafCommands(m) {
		add(ownFlags(n))
	}
	slices.SortFunc(out, func(a, b [3]string) int { return strings.Compare(a[0], b[0]) })
	return out
}

// cell makes a text one cell of a table.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(inWords(s))
}

// inWords keeps angle brackets of a help text from being read as markup.
func inWords(s string) string { return strings.NewReplacer("<", "&lt;", ">", "&gt;").Replace(s) }
