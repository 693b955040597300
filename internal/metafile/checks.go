package metafile

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"past/analysis/effect"
	"past/internal/metafile/roles"
	"past/internal/metafile/table"
)

// checkTable looks at the cells of a person's own table for what can be computed
// and is hardly meant.
func (a *analysis) checkTable() error {
	if err := a.checkDependence(); err != nil {
		return err
	}
	a.checkCopies()
	if err := a.checkPooled(); err != nil {
		return err
	}
	if k := slices.Index(a.V, 0); k >= 0 {
		return fmt.Errorf("%s: a sampling variance of 0, an infinite weight; leave the row out or use a measure with a continuity correction",
			a.UsedName(k))
	}
	switch a.Kind {
	case effect.KindEffectAndVar:
		return a.checkErrorAgainstVariance()
	case effect.KindMeans:
		return a.checkSpreads()
	case effect.KindTwoByTwo, effect.KindProportion:
		return a.checkWholeCounts("ai", "bi", "ci", "di", "n1i", "n2i", "xi", "ni")
	}
	return nil
}

// checkDependence warns of rows that are not independent although they are pooled
// as if they were: one label twice, one control group twice, clusters that a
// subgroup or moderator analysis does not see.
func (a *analysis) checkDependence() error {
	if a.cmd.Cluster != "" {
		if a.cmd.Subgroup != "" || a.cmd.Mods != "" {
			a.Warn("--cluster: the model for dependent effects is what counts; subgroups and moderators of the footnote take the " +
				"rows as independent")
		}
		return nil
	}
	seen, twice := map[string]int{}, []string{}
	copies := a.copies()
	for k, l := range a.labels {
		if at, copied := copies[k]; copied && a.labels[at] == l {
			continue // said to be a duplicate row
		}
		if seen[l]++; seen[l] == 2 {
			twice = append(twice, l)
		}
	}
	if a.cmd.Dose != "" {
		return nil
	}
	if len(twice) == 0 {
		return a.checkSharedUnderNames()
	}
	switch a.Kind {
	case effect.KindSingleMean, effect.KindProportion, effect.KindPersonTime:
		if a.cmd.Measure == "" {
			return table.Ask([]table.Answer{{Flag: "arm"}, {Flag: "measure", Value: string(a.Measure)}, {Flag: "cluster", Value: a.Label}},
				"several rows are labelled %s and each row has one group: if the rows are arms, name their column with --arm; if they are times,"+
					" put them side by side; if each is a result of its own, name the measure, or --cluster with the study", strings.Join(twice, ", "))
		}
	}
	shared, err := a.sharedControls(func(label string) string { return label })
	if err != nil {
		return err
	}
	if a.shared = len(shared) > 0; a.shared {
		a.Warn("shared control: rows of %s have the same control group, whose people count more than once; the model with a "+
			"shared control allows for it, or combine the arms", strings.Join(shared, ", "))
	} else {
		a.Warn("several rows are labelled %s: results of one study are not independent; use --cluster with the column that names the study",
			strings.Join(twice, ", "))
	}
	return nil
}

// authorAndYear begin the label of one comparison of several: "Davis 2021 (10 mg)".
var authorAndYear = regexp.MustCompile(`^\D*(?:19|20)\d\d`)

// checkSharedUnderNames warns of a control group that several rows have whose labels
// begin with the same author and year.
func (a *analysis) checkSharedUnderNames() error {
	shared, err := a.sharedControls(func(label string) string { return cmp.Or(authorAndYear.FindString(label), label) })
	if len(shared) > 0 {
		a.Warn("shared control: rows of %s have the same control group under several names, whose people count more than once; combine the"+
			" arms, or name the study in a column of its own (--study), and the model with a shared control allows for it",
			strings.Join(shared, ", "))
	}
	return err
}

// sharedControls lists the studies, as of names a label, of which two used rows have the
// same control group.
func (a *analysis) sharedControls(of func(label string) string) ([]string, error) {
	if a.read.Standardised {
		return nil, nil // there are no means that show a control to be the same
	}
	var out []string
	copies := a.copies()
	for _, roles := range [][]string{{"m2i", "sd2i", "n2i"}, {"ci", "n2i"}} {
		x, err := a.FloatsOf(roles...)
		if err != nil {
			return nil, err
		}
		if len(x) < len(roles) {
			continue
		}
		seen := map[string]bool{}
		for k, r := range a.RowsUsed {
			if _, copied := copies[k]; copied {
				continue
			}
			study := of(a.labels[k])
			key := study
			for _, role := range roles {
				key += fmt.Sprintf("\x00%g", x[role][r-1])
			}
			if seen[key] {
				out = append(out, study)
			}
			seen[key] = true
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// checkCopies warns of rows that have the same numbers as an earlier one.
func (a *analysis) checkCopies() {
	const mostNamed = 20
	copies := a.copies()
	for i, k := range slices.Sorted(maps.Keys(copies)) {
		at := copies[k]
		switch {
		case i == mostNamed:
			a.Warn("%d more rows have the numbers of an earlier one", len(copies)-i)
			return
		case a.labels[at] == a.labels[k]:
			a.Warn("duplicate row: %s is the same as %s (%s) and counts a second time; leave one of them out", a.UsedName(k), a.UsedName(at),
				a.labels[k])
		default:
			a.Warn("%s (%s) has the same numbers as %s (%s): is a study in the table twice?", a.UsedName(k), a.labels[k], a.UsedName(at),
				a.labels[at])
		}
	}
}

// copies are the used rows that repeat an earlier one, which each leads to: the same
// numbers in four or more columns that are used, or the same label and all cells.
func (a *analysis) copies() map[int]int {
	out, first := map[int]int{}, map[string]int{}
	key := func(k int, columns []string) string {
		var b strings.Builder
		for _, name := range columns {
			if col := a.Columns[name]; col != nil {
				fmt.Fprintf(&b, "%v\x00", col.Cells[a.RowsUsed[k]-1])
			}
		}
		return b.String()
	}
	used := slices.Sorted(maps.Values(a.Chosen))
	for k := range a.RowsUsed {
		keys := []string{"all\x00" + a.labels[k] + "\x00" + key(k, a.Names)}
		if a.Label == "" { // the number of a row is no name
			keys[0] = "all\x00" + key(k, a.Names)
		}
		if len(used) >= 4 { // two numbers may well be the same
			keys = append(keys, "used\x00"+key(k, used))
		}
		for _, key := range keys {
			if at, seen := first[key]; !seen {
				first[key] = k
			} else if _, found := out[k]; !found {
				out[k] = at
			}
		}
	}
	return out
}

// checkPooled finds a row that is to the others what a pooled result is: asked
// about where it is the last, as pooled results are, else a warning.
func (a *analysis) checkPooled() error {
	after := make([][2]float64, a.K+1) // sums of the weights, and of the weighted effects, from a row on
	for j := a.K - 1; j >= 0; j-- {
		after[j] = [2]float64{after[j+1][0] + 1/a.V[j], after[j+1][1] + a.Y[j]/a.V[j]}
	}
	var before [2]float64
	for i, v := range a.V {
		w, wy := before[0]+after[i+1][0], before[1]+after[i+1][1]
		before[0], before[1] = before[0]+1/v, before[1]+a.Y[i]/v
		if a.K < 3 || math.Abs(v*w-1) >= 0.05 || math.Abs(a.Y[i]-wy/w) >= 0.05*math.Sqrt(v) {
			continue
		}
		if i == a.K-1 && a.Lines != nil {
			return table.Ask([]table.Answer{roles.WithoutRow(a.Label, a.labels[i])}, "%s (%s) has the effect and the variance of a pooled result of"+
				" the rows above: leave it out with --where if it is one; if it is a study, move it up", a.UsedName(i), a.labels[i])
		}
		a.Warn("%s (%s) has the effect and the variance of a pooled result of the other rows: leave it out if it is one", a.UsedName(i),
			a.labels[i])
	}
	return nil
}

// checkSpreads warns of a standard deviation that is so much smaller than those of
// the other studies that it is rather a standard error.
func (a *analysis) checkSpreads() error {
	odd := map[int]bool{}
	for _, arm := range []string{"1i", "2i"} {
		x, err := a.FloatsOf("sd"+arm, "n"+arm)
		if err != nil {
			return err
		}
		sd, n := x["sd"+arm], x["n"+arm]
		known := slices.DeleteFunc(slices.Sorted(slices.Values(sd)), func(s float64) bool { return !(s > 0) })
		for i := range sd {
			if len(known) < 3 || !(sd[i] > 0) || n == nil || !(n[i] > 3) {
				continue
			}
			own, _ := slices.BinarySearch(known, sd[i])
			other := func(j int) float64 { // in order, without the own one
				if j >= own {
					j++
				}
				return known[j]
			}
			usual := (other((len(known)-2)/2) + other((len(known)-1)/2)) / 2
			if sd[i] < usual/2.5 && math.Abs(math.Log(sd[i]*math.Sqrt(n[i])/usual)) < math.Log(2) {
				odd[i] = true
			}
		}
	}
	a.WarnRows(slices.Sorted(maps.Keys(odd)), "the spread looks like a standard error, not a standard deviation: times the root of n it is as"+
		" large as the standard deviations of the other studies; the effect is far too large if so")
	return nil
}

// checkErrorAgainstVariance warns of rows whose standard error is not the root of
// their variance; the variance is what is used.
func (a *analysis) checkErrorAgainstVariance() error {
	x, err := a.FloatsOf("sei", "vi")
	if err != nil || len(x) < 2 {
		return err
	}
	var rows []int
	for i, v := range x["vi"] {
		if se := x["sei"][i]; math.Abs(se*se-v) > 0.2*v { // more than rounding does
			rows = append(rows, i)
		}
	}
	a.WarnRows(rows, "the standard error (column %s) is not the root of the variance (column %s); the variance is used", a.ColumnName("sei"),
		a.ColumnName("vi"))
	return nil
}

// checkWholeCounts warns of numbers of people that are no whole numbers.
func (a *analysis) checkWholeCounts(columns ...string) error {
	x, err := a.FloatsOf(columns...)
	if err != nil {
		return err
	}
	for _, name := range columns {
		var rows []int
		for i, v := range x[name] {
			if v != math.Trunc(v) && !math.IsNaN(v) {
				rows = append(rows, i)
			}
		}
		a.WarnRows(rows, "column %s holds no whole number: perhaps a percentage", a.ColumnName(name))
	}
	return nil
}

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
	below1 := func(x *float64) bool { return x == nil || *x >= 0 && *x < 1 }
	switch {
	case cmd.Level != nil && !(*cmd.Level > 0 && *cmd.Level < 1):
		return fmt.Errorf("--level %g: the level of the intervals must lie between 0 and 1, for example 0.95", *cmd.Level)
	case !below1(cmd.Rho):
		return fmt.Errorf("--rho %g: a correlation of sampling errors from 0 to below 1 is needed", *cmd.Rho)
	case !below1(cmd.Phi):
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
func (cmd Command) checkUse(r *roles.Reading) error {
	counts := slices.Contains([]effect.Kind{effect.KindTwoByTwo, effect.KindProportion, effect.KindPersonTime, effect.KindPersonTime2}, r.Kind)
	given := r.Kind == effect.KindEffectAndVar
	why := ""
	switch {
	case cmd.Add != nil && !counts:
		why = "--add is for tables of events"
	case cmd.Drop00 && r.Kind != effect.KindTwoByTwo && r.Kind != effect.KindPersonTime2:
		why = "--drop00 is for tables of events in two groups"
	case cmd.VType != "" && given:
		why = "--vtype says how variances are computed, and here they are given"
	case cmd.Scale != "" && !given:
		why = "--scale is for effects that are given"
	case cmd.Control != "" && !r.Controlled:
		why = "--control names the control group of a table with one row per arm, or with columns named after two groups"
	default:
		return nil
	}
	return fmt.Errorf("%s (columns used: %s); leave it out", why, roles.ColumnText(r.Chosen))
}

// onlyReading refuses options of the analysis where a case says itself what is
// computed.
func (cmd Command) onlyReading() error {
	v := reflect.ValueOf(cmd)
	for i := range v.NumField() {
		switch name := v.Type().Field(i).Name; name {
		case "File", "Formula", "Where", "JSON", "R", "Columns": // of the reading, or of the answer's form
		default:
			if !v.Field(i).IsZero() {
				return onlyRequest(cmd, strings.ToLower(name))
			}
		}
	}
	for role := range cmd.Columns {
		return onlyRequest(cmd, roles.Flag(role))
	}
	return nil
}

func onlyRequest(cmd Command, flag string) error {
	return fmt.Errorf("%s: the request of a JSON case says what is computed; change the request and leave --%s out", cmd.inputName(), flag)
}
