// Package roles finds out what the columns of a person's table mean: which kind of
// table it is, which column has which role, and what must be turned into effects or
// means first (intervals, t values, ratios, medians, rows of single arms). Where
// two readings fit, it asks (table.Question). It computes no model.
package roles

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"past/analysis/effect"
	"past/internal/metafile/names"
	"past/internal/metafile/table"
)

// Options are what the user says of the table.
type Options struct {
	Columns map[string]string // role to column: nothing is guessed between two
	Measure string            // "" to choose by the columns
	Control string            // name of the control arm or group
	Scale   string            // of given ratios: log, ratio or ratio-log-se; "" to find out
	Level   float64           // of given limits, 0 for 0.95
	Formula effect.Formula
}

// Reading is a table of which it is known what its columns mean: the columns stand
// under the names of their roles.
type Reading struct {
	*table.Table
	Options
	Kind    effect.Kind
	Measure effect.Measure

	Standardised bool                     // effects are made from t values or differences with sizes, without means
	Controlled   bool                     // Control named a group of the table
	Reference    map[string]*table.Column // what the control row of each comparison has, for tables with one row per arm

	alias map[string]string // usual name of a group's statistic to the column that is named after what was given
}

// Read finds out what the columns of a table mean.
func Read(t *table.Table, o Options) (*Reading, error) {
	r := &Reading{Table: t, Options: o}
	if err := r.leaveOutTotals(); err != nil {
		return nil, err
	}
	r.nameGroups()
	if err := r.pairArms(); err != nil {
		return nil, err
	}
	if err := r.choose(); err != nil {
		return nil, err
	}
	return r, r.derive()
}

// candidates are the columns that may be meant by a role, the likeliest first;
// one of them alone where the user or its name says so.
func (r *Reading) candidates(kind effect.Kind, role string) ([]string, error) {
	if want := r.Options.Columns[role]; want != "" {
		actual := r.Named(want)
		if actual == "" {
			return nil, fmt.Errorf("--%s %s: there is no such column (the table has %s)", role, want, strings.Join(r.Names, ", "))
		}
		return []string{actual}, nil
	}
	var out []string
	for _, want := range names.Usual[kind][role] {
		for _, n := range r.Names {
			if (n == want || names.Fold(n) == want || r.Meaning(n) == want || r.alias[want] == n) && !slices.Contains(out, n) && !r.taken(n) {
				if names.Exact(kind, role, n) {
					return []string{n}, nil
				}
				out = append(out, n)
			}
		}
	}
	return out, nil
}

// taken reports whether the user gave a column another role.
func (r *Reading) taken(name string) bool {
	for _, n := range r.Options.Columns {
		if n == name || names.Fold(n) == names.Fold(name) {
			return true
		}
	}
	return false
}

// binding is how a table fits a kind: one column for each role, the roles that
// have several candidates, and those without any.
type binding struct {
	kind    effect.Kind
	columns map[string]string
	doubts  map[string][]string
	lacking []string
}

func (b binding) fits() bool { return len(b.lacking) == 0 }

// text lists role = actual column names, sorted.
func (b binding) text() string { return ColumnText(b.columns) }

// ColumnText lists role = actual column names, sorted.
func ColumnText(columns map[string]string) string {
	var s []string
	for role, actual := range columns {
		s = append(s, role+" = "+actual)
	}
	sort.Strings(s)
	return strings.Join(s, ", ")
}

// bind finds the columns of a kind.
func (r *Reading) bind(kind effect.Kind) (binding, error) {
	b := binding{kind: kind, columns: map[string]string{}, doubts: map[string][]string{}}
	for role := range names.Usual[kind] {
		found, err := r.candidates(kind, role)
		if err != nil {
			return b, err
		}
		if len(found) > 0 {
			b.columns[role] = found[0]
		}
		if len(found) > 1 {
			b.doubts[role] = found
		}
	}
	if c := b.columns; kind == effect.KindTwoByTwo && c["di"] == "" && r.Meaning(c["ai"])+r.Meaning(c["bi"])+r.Meaning(c["ci"]) == "abc" {
		if d := r.Find("d"); d != "" { // elsewhere a standardised difference
			c["di"] = d
		}
	}
	if b.columns["lb"] != "" && b.columns["ub"] == "" {
		delete(b.columns, "lb")
	}
	for _, n := range names.Needed[kind] {
		if !slices.ContainsFunc(strings.Split(n, "|"), func(a string) bool { return b.columns[a] != "" }) {
			b.lacking = append(b.lacking, strings.ReplaceAll(n, "|", " or "))
		}
	}
	return b, nil
}

// question asks about the first role with several candidates; nil when there is
// none. Columns of one name but for capitals and separators are refused by adopt.
func question(b binding) error {
	if len(b.doubts) == 0 {
		return nil
	}
	role := slices.Min(slices.Collect(maps.Keys(b.doubts)))
	answers := make([]table.Answer, len(b.doubts[role]))
	for i, n := range b.doubts[role] {
		answers[i] = table.Answer{Flag: Flag(role), Value: n}
	}
	word := cmp.Or(map[string]string{"yi": "effect (yi)", "vi": "sampling variance (vi)", "sei": "standard error (sei)",
		"lb": "lower limit (ci-lb)", "ub": "upper limit (ci-ub)", "ti": "t value (tval)", "zi": "z value (zval)",
		"pi": "p value (pval)"}[role], "role "+role)
	return table.Ask(answers, "the %s could be column %s: say which with %s", word, list(answers, " or ", func(a table.Answer) string {
		return fmt.Sprintf("%q", a.Value)
	}), list(answers, " or ", table.Answer.String))
}

func list[T any](of []T, sep string, word func(T) string) string {
	out := make([]string, len(of))
	for i, x := range of {
		out[i] = word(x)
	}
	return strings.Join(out, sep)
}

func quoted(words []string) string {
	return list(words, ", ", func(s string) string { return fmt.Sprintf("%q", s) })
}

// Flag is the name of the option that names a role.
func Flag(role string) string {
	return cmp.Or(map[string]string{"lb": "ci-lb", "ub": "ci-ub", "ti": "tval", "zi": "zval", "pi": "pval"}[role], role)
}

// tableKinds are the kinds that are looked for, with what is computed of them when no
// measure is named.
var tableKinds = []struct {
	kind    effect.Kind
	measure effect.Measure
	words   string
}{
	{effect.KindEffectAndVar, effect.GEN, "effects with their variance, standard error or interval"},
	{effect.KindMeans, effect.SMD, "means of two groups"},
	{effect.KindTwoByTwo, effect.OR, "events of two groups"}, {effect.KindPersonTime2, effect.IRR, "events and person-time of two groups"},
	{effect.KindPrePost, effect.SMCR, "one group measured twice (pre-post)"}, {effect.KindCorrelation, effect.ZCOR, "correlations"},
	{effect.KindProportion, effect.PLO, "proportions"}, {effect.KindPersonTime, effect.IRLN, "rates"},
	{effect.KindSingleMean, effect.MN, "single means"},
}

// choose finds the columns for the measure, or for whatever the columns allow. A
// measure whose raw columns are missing is taken as the name of effects that are
// given. Where two columns or two kinds of table fit, it asks.
func (r *Reading) choose() error {
	if r.Options.Measure == "" {
		return r.chooseKind()
	}
	info, err := effect.Lookup(r.Options.Measure)
	if err != nil {
		return err
	}
	r.Measure = info.Measure
	raw, err := r.bind(info.Kind)
	if err != nil {
		return err
	}
	if raw.fits() {
		return r.adopt(raw)
	}
	given, err := r.bind(effect.KindEffectAndVar)
	if err != nil {
		return err
	}
	if given.fits() {
		return r.adopt(given)
	}
	if info.Measure == effect.SMD {
		if ok, err := r.chooseStandardised(); ok || err != nil {
			return err
		}
	}
	return table.Ask(r.openAnswers(strings.Fields(raw.lacking[0])[0], "yi"),
		"measure %s needs columns %s; not found: %s (the table has %s)%s; name them (--%s COLUMN, …), or, where the effects are given,"+
			" name these (--yi COLUMN with --vi, --sei, or --ci-lb and --ci-ub)", info.Measure,
		strings.ReplaceAll(strings.Join(names.Needed[info.Kind], ", "), "|", " or "), strings.Join(raw.lacking, ", "),
		strings.Join(r.Names, ", "), r.openText(), strings.Fields(raw.lacking[0])[0])
}

// openText is what the reading of the table left to ask.
func (r *Reading) openText() string {
	return list(r.Open, "", func(q table.Question) string { return "; " + q.Text })
}

// openAnswers are the answers to what is left open, and options whose values the user
// must supply.
func (r *Reading) openAnswers(flags ...string) []table.Answer {
	var out []table.Answer
	for _, q := range r.Open {
		out = append(out, q.Answers...)
	}
	for _, f := range flags {
		out = append(out, table.Answer{Flag: f})
	}
	return out
}

// leaveOpen keeps a question for a table that cannot be read without its answer.
func (r *Reading) leaveOpen(answers []table.Answer, format string, args ...any) {
	r.Open = append(r.Open, *table.Ask(answers, format, args...))
}

// adopt uses a binding unless it leaves a question.
func (r *Reading) adopt(b binding) error {
	if err := question(b); err != nil {
		return err
	}
	r.Kind = b.kind
	r.Use(b.columns)
	for _, u := range slices.Sorted(maps.Values(b.columns)) {
		for _, n := range r.Names {
			if n != u && names.Fold(n) == names.Fold(u) && !strings.HasPrefix(n, ".") { // R's mark of a column that a program added
				return table.Ask(nil, "columns %q and %q: one of them would be used and it is not clear which; rename the other", u, n)
			}
		}
	}
	return r.readWhole()
}

// chooseKind picks the one kind of table that the columns are.
func (r *Reading) chooseKind() error {
	var fits []binding
	measures, words := map[effect.Kind]effect.Measure{}, map[effect.Kind]string{}
	var nearest binding // lacks one column only
	for _, d := range tableKinds {
		measures[d.kind], words[d.kind] = d.measure, d.words
		b, err := r.bind(d.kind)
		if err != nil {
			return err
		}
		if len(b.lacking) == 1 && len(names.Needed[d.kind]) > 2 && len(b.columns) > len(nearest.columns) {
			nearest = b
		}
		if !b.fits() {
			continue
		}
		if d.kind == effect.KindEffectAndVar && names.Exact(d.kind, "yi", b.columns["yi"]) || r.Options.Columns["yi"] != "" {
			fits = []binding{b} // the effects are named as such, whatever they were made from
			break
		}
		fits = append(fits, b)
	}
	fits = slices.DeleteFunc(fits, func(b binding) bool {
		return slices.ContainsFunc(fits, func(o binding) bool { return len(o.columns) > len(b.columns) && within(b.columns, o.columns) })
	})
	switch len(fits) {
	case 0:
		r.Measure = effect.SMD
		if ok, err := r.chooseStandardised(); ok || err != nil {
			return err
		}
		r.askAboutStatistics()
		if len(nearest.columns) > 0 {
			role := strings.Fields(nearest.lacking[0])[0]
			return table.Ask(r.openAnswers(role, "measure", "yi"), "this looks like a table of %s (%s) without a column for %s%s: name it with"+
				" --%s COLUMN, or add it", words[nearest.kind], nearest.text(), nearest.lacking[0], r.openText(), Flag(role))
		}
		return table.Ask(r.openAnswers("measure", "yi"), "no measure was named and the columns (%s) are not those of a known"+
			" table%s; name the columns: of an effect --yi COLUMN with --vi, --sei, --tval, --zval, --pval, or --ci-lb and --ci-ub; of other"+
			" tables as past meta --help lists them (--m1i, --ai, …)", strings.Join(r.Names, ", "), r.openText())
	case 1:
		if fits[0].kind == effect.KindPrePost {
			var answers []table.Answer
			for _, m := range []effect.Measure{effect.MC, effect.SMCC, effect.SMCR, effect.ROMC} {
				answers = append(answers, table.Answer{Flag: "measure", Value: string(m)})
			}
			return table.Ask(answers, "this is a pre-post table (%s): say which measure, --measure MC (mean change), SMCC (standardised by the SD"+
				" of the change), SMCR (by the SD before) or ROMC (log ratio of means)", fits[0].text())
		}
	default:
		var answers []table.Answer
		for _, b := range fits {
			answers = append(answers, table.Answer{Flag: "measure", Value: string(measures[b.kind])})
		}
		return table.Ask(answers, "the table could be %s; say which", list(fits, ", or ", func(b binding) string {
			return fmt.Sprintf("%s (%s): --measure %s", words[b.kind], b.text(), measures[b.kind])
		}))
	}
	r.Measure = measures[fits[0].kind]
	return r.adopt(fits[0])
}

// askAboutStatistics keeps the question whether a column t or z holds statistics of
// the effects; it may as well be a time.
func (r *Reading) askAboutStatistics() {
	b, err := r.bind(effect.KindEffectAndVar)
	if err != nil || b.columns["yi"] == "" {
		return
	}
	for _, role := range []string{"ti", "zi"} {
		if col := r.Find(role[:1]); col != "" && b.columns[role] == "" && !r.taken(col) {
			a := table.Answer{Flag: Flag(role), Value: col}
			r.leaveOpen([]table.Answer{a}, "column %q: if it holds %s values of the effects, say %s", col, role[:1], a)
		}
	}
}

// within reports whether every column of a is one of b's.
func within(a, b map[string]string) bool {
	have := slices.Collect(maps.Values(b))
	for _, x := range a {
		if !slices.Contains(have, x) {
			return false
		}
	}
	return true
}
