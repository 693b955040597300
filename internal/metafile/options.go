package metafile

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"past/analysis/effect"
)

// What an option says is used or refused: a value that no model has, and an option
// that these columns leave without effect, end in a sentence.

// orDefault is a number that was given, or what represents none.
func orDefault(x *float64, otherwise float64) float64 {
	if x == nil {
		return otherwise
	}
	return *x
}

// check refuses values that no analysis takes, and options without those that they
// need.
func (cmd Command) check() error {
	switch {
	case cmd.Level != nil && !(*cmd.Level > 0 && *cmd.Level < 1):
		return fmt.Errorf("--level %g: the level of the intervals must lie between 0 and 1, for example 0.95", *cmd.Level)
	case cmd.Rho != nil && !(*cmd.Rho >= 0 && *cmd.Rho < 1):
		return fmt.Errorf("--rho %g: a correlation of sampling errors from 0 to below 1 is needed", *cmd.Rho)
	case cmd.Phi != nil && !(*cmd.Phi >= 0 && *cmd.Phi < 1):
		return fmt.Errorf("--phi %g: a correlation of sampling errors from 0 to below 1 is needed", *cmd.Phi)
	case cmd.Add != nil && !(*cmd.Add >= 0 && *cmd.Add < 1e6):
		return fmt.Errorf("--add %g: a number from 0 is needed, such as 0.5", *cmd.Add)
	case cmd.Rho != nil && cmd.Cluster == "" && cmd.Dose == "":
		return errors.New("--rho needs --cluster, the column of the study that several effects belong to, or --dose")
	case cmd.Phi != nil && cmd.Time == "":
		return errors.New("--phi needs --time, the column of the time of an effect")
	case cmd.Time != "" && (cmd.Cluster == "" || cmd.Phi == nil):
		return errors.New("--time needs --cluster (the study) and --phi (the correlation of sampling errors one unit of time apart)")
	}
	return nil
}

// checkUse refuses options that the chosen columns have no use for.
func (c *Case) checkUse(cmd Command) error {
	kind := effect.Kind(c.Kind)
	counts := slices.Contains([]effect.Kind{effect.KindTwoByTwo, effect.KindProportion, effect.KindPersonTime, effect.KindPersonTime2}, kind)
	given := kind == effect.KindEffectAndVar
	why := ""
	switch {
	case cmd.Add != nil && !counts:
		why = "--add is for tables of events"
	case cmd.Drop00 && kind != effect.KindTwoByTwo && kind != effect.KindPersonTime2:
		why = "--drop00 is for tables of events in two groups"
	case cmd.VType != "" && given:
		why = "--vtype says how variances are computed, and here they are given"
	case cmd.Scale != "" && !given:
		why = "--scale is for effects that are given"
	case cmd.Control != "" && !c.controlled:
		why = "--control names the control group of a table with one row per arm, or with columns named after two groups"
	default:
		return nil
	}
	return fmt.Errorf("%s (columns used: %s); leave it out", why, c.chosenText())
}

// onlyReading refuses options of the analysis where a case says itself what is
// computed.
func (cmd Command) onlyReading() error {
	flag := cmp.Or(given("measure", cmd.Measure != ""), given("method", cmd.Method != ""), given("test", cmd.Test != ""),
		given("mods", cmd.Mods != ""), given("subgroup", cmd.Subgroup != ""), given("cluster", cmd.Cluster != ""),
		given("rho", cmd.Rho != nil), given("time", cmd.Time != ""), given("phi", cmd.Phi != nil), given("level", cmd.Level != nil),
		given("vtype", cmd.VType != ""), given("add", cmd.Add != nil), given("drop00", cmd.Drop00), given("scale", cmd.Scale != ""),
		given("control", cmd.Control != ""), given("with", len(cmd.With) > 0), given("dose", cmd.Dose != ""))
	for role := range cmd.Columns {
		flag = cmp.Or(flag, "--"+flagOf(role))
	}
	if flag != "" {
		return fmt.Errorf("%s: the request of a JSON case says what is computed; change the request and leave %s out", cmd.inputName(), flag)
	}
	return nil
}

func given(name string, is bool) string {
	if is {
		return "--" + name
	}
	return ""
}
