package metafile

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"past/analysis/effect"
)

// Roles are the columns that the user names for roles: "yi" to "d". They are
// asked for where a table leaves a choice; nothing is guessed between two columns.
type Roles map[string]string

// exact reports whether a column's name says its role beyond doubt: the role's own
// name, or the one of the metapsy tables' documented format.
func exact(kind effect.Kind, role, name string) bool {
	f := fold(name)
	if f == role {
		return true
	}
	if stem, ok := map[effect.Kind]map[string]string{
		effect.KindMeans:    {"m": "mean", "sd": "sd", "n": "n"},
		effect.KindTwoByTwo: {"ai": "eventarm1", "ci": "eventarm2", "n": "totaln"},
	}[kind]; ok {
		arm := strings.TrimSuffix(strings.TrimLeft(role, "abcdefghijklmnopqrstuvwxyz"), "i")
		letters := strings.TrimRight(role, "12i")
		return stem[role] != "" && f == stem[role] || stem[letters] != "" && f == stem[letters]+"arm"+arm
	}
	return false
}

// candidates are the columns that may be meant by a role, the likeliest first;
// one of them alone where the user or its name says so.
func (c *Case) candidates(kind effect.Kind, role string) ([]string, error) {
	if want := c.roles[role]; want != "" {
		actual := c.named(want)
		if actual == "" {
			return nil, fmt.Errorf("--%s %s: there is no such column (the table has %s)", role, want, strings.Join(c.names, ", "))
		}
		return []string{actual}, nil
	}
	var out []string
	for _, want := range usualNames[kind][role] {
		for _, n := range c.names {
			if (n == want || fold(n) == want || c.meaning(n) == want || c.alias[want] == n) && !slices.Contains(out, n) && !c.taken(n) {
				if exact(kind, role, n) {
					return []string{n}, nil
				}
				out = append(out, n)
			}
		}
	}
	return out, nil
}

// taken reports whether the user gave a column another role.
func (c *Case) taken(name string) bool {
	for _, n := range c.roles {
		if n == name || fold(n) == fold(name) {
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

// bind finds the columns of a kind.
func (c *Case) bind(kind effect.Kind) (binding, error) {
	b := binding{kind: kind, columns: map[string]string{}, doubts: map[string][]string{}}
	for role := range usualNames[kind] {
		found, err := c.candidates(kind, role)
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
	if names := b.columns; kind == effect.KindTwoByTwo && names["di"] == "" && c.meaning(names["ai"])+c.meaning(names["bi"])+
		c.meaning(names["ci"]) == "abc" {
		if d := c.find([]string{"d"}); d != "" { // elsewhere a standardised difference
			b.columns["di"] = d
		}
	}
	if b.columns["lb"] != "" && b.columns["ub"] == "" {
		delete(b.columns, "lb")
	}
	for _, n := range needed[kind] {
		if !slices.ContainsFunc(strings.Split(n, "|"), func(a string) bool { return b.columns[a] != "" }) {
			b.lacking = append(b.lacking, strings.ReplaceAll(n, "|", " or "))
		}
	}
	return b, nil
}

// question asks about the roles with several candidates; nil when there is none.
// Columns of one name but for capitals and separators are refused by namesakes.
func (c *Case) question(b binding) error {
	if len(b.doubts) == 0 {
		return nil
	}
	role := slices.Min(slices.Collect(maps.Keys(b.doubts)))
	var quoted, flags []string
	for _, n := range b.doubts[role] {
		quoted, flags = append(quoted, fmt.Sprintf("%q", n)), append(flags, fmt.Sprintf("--%s %s", flagOf(role), shellWord(n)))
	}
	return fmt.Errorf("the %s could be column %s: say which with %s", roleWords(role), strings.Join(quoted, " or "),
		strings.Join(flags, " or "))
}

func shellWord(s string) string {
	if strings.ContainsAny(s, " \t'\"$&;()*?<>|\\") {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}

// flagOf is the flag that names a role.
func flagOf(role string) string {
	return cmp.Or(map[string]string{"lb": "ci-lb", "ub": "ci-ub", "ti": "tval", "zi": "zval", "pi": "pval"}[role], role)
}

func roleWords(role string) string {
	if w := map[string]string{"yi": "effect (yi)", "vi": "sampling variance (vi)", "sei": "standard error (sei)",
		"lb": "lower limit (ci-lb)", "ub": "upper limit (ci-ub)",
		"ti": "t value (tval)", "zi": "z value (zval)", "pi": "p value (pval)"}[role]; w != "" {
		return w
	}
	return "role " + role
}

// tableKind is a kind of table with what is computed of it when no measure is
// named.
type tableKind struct {
	kind    effect.Kind
	measure effect.Measure
	words   string
}

// tableKinds are the kinds that are looked for; a pre-post table has no default.
var tableKinds = []tableKind{
	{effect.KindEffectAndVar, effect.GEN, "effects with their variance, standard error or interval"},
	{effect.KindMeans, effect.SMD, "means of two groups"},
	{effect.KindTwoByTwo, effect.OR, "events of two groups"}, {effect.KindPersonTime2, effect.IRR, "events and person-time of two groups"},
	{effect.KindPrePost, effect.SMCR, "one group measured twice (pre-post)"}, {effect.KindCorrelation, effect.ZCOR, "correlations"},
	{effect.KindProportion, effect.PLO, "proportions"}, {effect.KindPersonTime, effect.IRLN, "rates"},
	{effect.KindSingleMean, effect.MN, "single means"},
}

func tableKindOf(k effect.Kind) tableKind {
	return tableKinds[slices.IndexFunc(tableKinds, func(t tableKind) bool { return t.kind == k })]
}

// chooseColumns finds the columns for a measure ("" for whatever the columns
// allow). A measure whose raw columns are missing is taken as the name of effects
// that are given. Where two columns or two kinds of table fit, it asks.
func (c *Case) chooseColumns(measure string) (effect.Measure, error) {
	if measure == "" {
		return c.chooseKind()
	}
	info, err := effect.Lookup(measure)
	if err != nil {
		return "", err
	}
	raw, err := c.bind(info.Kind)
	if err != nil {
		return "", err
	}
	if raw.fits() {
		return info.Measure, c.adopt(raw)
	}
	given, err := c.bind(effect.KindEffectAndVar)
	if err != nil {
		return "", err
	}
	if given.fits() {
		return info.Measure, c.adopt(given)
	}
	if info.Measure == effect.SMD {
		if ok, err := c.chooseStandardised(); ok || err != nil {
			return info.Measure, err
		}
	}
	return "", fmt.Errorf("measure %s needs columns %s; not found: %s (the table has %s)%s; name them (--%s COLUMN, …), or, where the "+
		"effects are given,"+
		" name these (--yi COLUMN with --vi, --sei, or --ci-lb and --ci-ub)", info.Measure,
		strings.ReplaceAll(strings.Join(needed[info.Kind], ", "), "|", " or "), strings.Join(raw.lacking, ", "), strings.Join(c.names, ", "),
		c.openText(), strings.Fields(raw.lacking[0])[0])
}

// openText is what the reading of the table left to ask.
func (c *Case) openText() string {
	if len(c.open) == 0 {
		return ""
	}
	return "; " + strings.Join(c.open, "; ")
}

// adopt uses a binding unless it leaves a question.
func (c *Case) adopt(b binding) error {
	if err := c.question(b); err != nil {
		return err
	}
	c.use(b.kind, b.columns)
	if err := c.namesakes(b.columns); err != nil {
		return err
	}
	return c.readWhole()
}

// chooseKind picks the one kind of table that the columns are.
func (c *Case) chooseKind() (effect.Measure, error) {
	var fits []binding
	for _, d := range tableKinds {
		b, err := c.bind(d.kind)
		if err != nil {
			return "", err
		}
		if !b.fits() {
			continue
		}
		if d.kind == effect.KindEffectAndVar && exact(d.kind, "yi", b.columns["yi"]) || c.roles["yi"] != "" {
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
		if ok, err := c.chooseStandardised(); ok || err != nil {
			return effect.SMD, err
		}
		c.askAboutStatistics()
		return "", fmt.Errorf("no measure was named and the columns (%s) are not those of a known table%s; name the columns: of an effect "+
			"--yi COLUMN"+
			" with --vi, --sei, --tval, --zval, --pval, or --ci-lb and --ci-ub; of other tables as past meta --help lists them (--m1i, --ai, …)",
			strings.Join(c.names, ", "), c.openText())
	case 1:
		if fits[0].kind == effect.KindPrePost {
			return "", fmt.Errorf("this is a pre-post table (%s): say which measure, --measure MC (mean change), SMCC (standardised by the SD of "+
				"the change), SMCR (by the SD before) or ROMC (log ratio of means)", columnText(fits[0].columns))
		}
	default:
		var options []string
		for _, b := range fits {
			d := tableKindOf(b.kind)
			options = append(options, fmt.Sprintf("%s (%s): --measure %s", d.words, columnText(b.columns), d.measure))
		}
		return "", fmt.Errorf("the table could be %s; say which", strings.Join(options, ", or "))
	}
	return tableKindOf(fits[0].kind).measure, c.adopt(fits[0])
}

// askAboutStatistics keeps the question whether a column t or z holds statistics of
// the effects; it may as well be a time.
func (c *Case) askAboutStatistics() {
	b, err := c.bind(effect.KindEffectAndVar)
	if err != nil || b.columns["yi"] == "" {
		return
	}
	for _, role := range []string{"ti", "zi"} {
		name := role[:1]
		if col := c.find([]string{name}); col != "" && b.columns[role] == "" && !c.taken(col) {
			c.open = append(c.open, fmt.Sprintf("column %q: if it holds %s values of the effects, say --%s %s", col, name, flagOf(role),
				shellWord(col)))
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

// columnText lists canonical = actual column names, sorted.
func columnText(columns map[string]string) string {
	var s []string
	for canonical, actual := range columns {
		s = append(s, canonical+" = "+actual)
	}
	sort.Strings(s)
	return strings.Join(s, ", ")
}
