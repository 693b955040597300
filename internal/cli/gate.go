package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/goccy/go-yaml"

	"past/internal/edition/gate"
	"past/internal/store"
	"past/internal/text"
)

type gateCmd struct {
	Show   gateShowCmd   `cmd:"" default:"withargs" help:"Show the latest outcomes, or one run's reasons."`
	Accept gateAcceptCmd `cmd:"" help:"Let a refused run pass, with your reason; it is recorded and shown to readers."`
	Rules  gateRulesCmd  `cmd:"" help:"Print the bounds of the gate as YAML, to be changed and given to refresh --gate-rules."`
}

type gateShowCmd struct {
	ID string `arg:"" optional:"" name:"run" help:"A run (default: the latest outcomes)."`
}

func (c *gateShowCmd) Run(ctx context.Context, e *Env) error {
	st, err := e.openStore(ctx, "gate show", true, false)
	if err != nil {
		return err
	}
	defer st.Close()
	gates, err := st.Gates(ctx, 0)
	if err != nil {
		return err
	}
	if c.ID != "" {
		var one []store.GateVerdict
		for _, g := range gates {
			if g.Run == c.ID {
				one = append(one, g)
			}
		}
		if len(one) == 0 {
			return fmt.Errorf("no gate outcome of a run %q; \"past gate show\" lists them", c.ID)
		}
		gates = one
	} else if len(gates) > 20 && !e.Globals.JSON {
		gates = gates[:20]
	}
	if e.Globals.JSON {
		if gates == nil {
			gates = []store.GateVerdict{}
		}
		return e.printJSON(gates)
	}
	if len(gates) == 0 {
		fmt.Fprintln(e.Stdout, "no run has come to the gate yet")
		return nil
	}
	w := tabwriter.NewWriter(e.Stdout, 0, 0, 2, ' ', 0)
	for i, g := range gates {
		v, err := gate.ReadVerdict(g)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", g.Run, v.Edition, gateWord(g, v))
		if i > 0 && c.ID == "" {
			continue // reasons of the latest alone
		}
		for _, r := range v.Reasons {
			fmt.Fprintf(w, "  %s\t%s\n  \t%s\n", r.Rule, r.Message, r.Do)
		}
	}
	return w.Flush()
}

func gateWord(g store.GateVerdict, v gate.Verdict) string {
	switch {
	case g.Passed && v.Accepted != "":
		return "passed by the acceptance of run " + v.Accepted
	case g.Passed:
		return "passed"
	case g.AcceptedAt != nil:
		return fmt.Sprintf("refused, accepted by %s on %s: %s", g.AcceptedBy, g.AcceptedAt.Format("2006-01-02"), g.Why)
	}
	return fmt.Sprintf("refused, %s", text.Count(len(v.Reasons), "reason"))
}

type gateAcceptCmd struct {
	ID  string `arg:"" name:"run" help:"The refused run."`
	Why string `name:"why" required:"" help:"Your reason."`
	By  string `name:"by" help:"Who accepts (default: the account's name)." env:"PAST_BY" placeholder:"NAME"`
}

func (c *gateAcceptCmd) Run(ctx context.Context, e *Env) (err error) {
	if strings.TrimSpace(c.Why) == "" {
		return usage("--why needs a reason: readers see it beside the edition")
	}
	if c.By == "" {
		c.By = accountName()
	}
	if c.By == "" {
		return usage("--by needs a name: readers see who accepted")
	}
	st, err := e.openStore(ctx, "gate accept", false, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	if err := st.AcceptGate(ctx, c.ID, c.By, strings.TrimSpace(c.Why), time.Now().UTC()); err != nil {
		return err
	}
	fmt.Fprintf(e.Stdout, "run %s accepted by %s; \"past refresh --no-crawl\" publishes it\n", c.ID, c.By)
	return nil
}

type gateRulesCmd struct{}

func (c *gateRulesCmd) Run(e *Env) error {
	if e.Globals.JSON {
		return e.printJSON(gate.DefaultThresholds())
	}
	js, err := json.Marshal(gate.DefaultThresholds())
	if err != nil {
		return err
	}
	b, err := yaml.JSONToYAML(js)
	if err != nil {
		return err
	}
	_, err = e.Stdout.Write(b)
	return err
}

func accountName() string {
	for _, k := range []string{"USER", "LOGNAME", "USERNAME"} {
		if v := os.Getenv(k); v != "" {
			return v
		}
	}
	return ""
}
