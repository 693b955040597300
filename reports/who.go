package reports

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/reports/chart"
	"past/reports/internal/show"
)

// whoAndWhen are the facts of the box "Who and when", as the pooled effects
// state them; what none states is left out.
func (s *site) whoAndWhen(f *evidence.Finding) []named {
	var out []named
	add := func(name, value string) {
		if value != "" {
			out = append(out, named{Name: name, Value: value})
		}
	}
	of := func(get func(*evidence.Effect) string) string {
		var values []string
		for i := range f.Effects {
			values = append(values, get(&f.Effects[i]))
		}
		return tally(values, 4)
	}
	size := people(&f.Primary)
	if d := of(func(e *evidence.Effect) string { return s.Name(e.Design) }); d != "" {
		size += ": " + designs(d, len(f.Effects))
	}
	add("Studies", size)
	add("People", s.populations(f))
	add("Setting", s.setting(f))
	add("Compared with", of(func(e *evidence.Effect) string { return s.Name(e.ComparatorClass) }))
	after := weekSpan(f, afterLastDose)
	if after == "" {
		after = "not stated"
	}
	if own := weekSpan(f, asCounted); own != "" && own != weekSpan(f, afterLastDose) { // else the source counts from the last dose
		after += " (as the sources count: " + own + ")"
	}
	add("After the last dose", after)
	add("Guessed their treatment", s.guessed(f))
	return out
}

// tally writes the distinct values of a list with their numbers, the commonest
// first and at most so many; "" where none is stated.
func tally(values []string, most int) string {
	var order []string
	n := map[string]int{}
	for _, v := range values {
		if v == "" {
			continue
		}
		if n[v] == 0 {
			order = append(order, v)
		}
		n[v]++
	}
	slices.SortStableFunc(order, func(a, b string) int { return n[b] - n[a] })
	var parts []string
	for i, v := range order {
		if i == most {
			parts = append(parts, show.Plural(len(order)-most, "more kind", "more kinds"))
			break
		}
		if len(order) > 1 {
			v += " (" + show.Int(n[v]) + ")"
		}
		parts = append(parts, v)
	}
	return strings.Join(parts, ", ")
}

// setting says where the pooled trials took place and what was done beside the
// drug, as far as their records say so.
func (s *site) setting(f *evidence.Finding) string {
	var countries, care []string
	studies, placed, described := map[string]bool{}, 0, 0
	for i := range f.Effects {
		id := studyOf(&f.Effects[i])
		if studies[id] {
			continue
		}
		studies[id] = true
		records := []string{id}
		if st := s.study[id]; st != nil {
			records = st.Records
		}
		where, done := map[string]bool{}, map[string]bool{}
		for _, r := range records {
			if t := s.trial[r]; t != nil {
				for _, c := range t.Countries {
					where[show.Clip(c, 40)] = true
				}
			}
			for _, c := range s.care[r] {
				done[c] = true
			}
		}
		countries, care = slices.AppendSeq(countries, maps.Keys(where)), slices.AppendSeq(care, maps.Keys(done))
		placed, described = placed+min(1, len(where)), described+min(1, len(done))
	}
	slices.Sort(countries)
	slices.SortFunc(care, func(a, b string) int { return cmp.Or(len(a)-len(b), strings.Compare(a, b)) }) // equals: the short name
	told := func(what string, n int, list []string, most int) string {
		switch n {
		case 0:
			return what + " not stated"
		case len(studies):
			return what + ": " + tally(list, most)
		}
		return what + fmt.Sprintf(" in %d of %d: ", n, len(studies)) + tally(list, most)
	}
	return told("country", placed, countries, 3) + "; " + told("therapy", described, care, 2)
}

// designs joins kinds that differ in their first words only: "randomised trials:
// crossover (4), parallel (2)". One kind of several studies is put in the plural.
func designs(list string, studies int) string {
	many := func(kind string) string {
		if studies > 1 && strings.HasSuffix(kind, "trial") {
			return kind + "s"
		}
		return kind
	}
	parts := strings.Split(list, ", ")
	if len(parts) < 2 {
		return many(list)
	}
	names, counts := make([][]string, len(parts)), make([]string, len(parts))
	for i, p := range parts {
		name, n, ok := strings.Cut(p, " (")
		if !ok {
			return list
		}
		names[i], counts[i] = strings.Fields(name), " ("+n
	}
	same := 0
	for same < len(names[0])-1 {
		last := names[0][len(names[0])-1-same]
		if slices.ContainsFunc(names, func(w []string) bool { return len(w)-1 <= same || w[len(w)-1-same] != last }) {
			break
		}
		same++
	}
	if same == 0 {
		return list
	}
	shared := strings.Join(names[0][len(names[0])-same:], " ")
	for i, w := range names {
		parts[i] = strings.Join(w[:len(w)-same], " ") + counts[i]
	}
	return many(shared) + ": " + strings.Join(parts, ", ")
}

// populations are the people of the pooled studies as those state them: their
// condition, else the words of the source.
func (s *site) populations(f *evidence.Finding) string {
	var stated []string
	for i := range f.Effects {
		e := &f.Effects[i]
		t := orWord(s.Name(e.Condition), orWord(show.Clip(e.Population, 80), "not stated"))
		if e.Condition != "" && e.PopulationClass == "other-illness" {
			t += " in people with another illness"
		}
		stated = append(stated, t)
	}
	return tally(stated, 4)
}

// weekSpan writes the times that get finds: "3 to 8.7 weeks in 6 studies".
func weekSpan(f *evidence.Finding, get func(*evidence.Effect) *float64) string {
	var weeks []float64
	for i := range f.Effects {
		if w := get(&f.Effects[i]); w != nil {
			weeks = append(weeks, *w)
		}
	}
	t := evidence.WeekSpan(weeks)
	if n := len(f.Effects) - len(weeks); t != "" && n > 0 {
		t += "; not stated for " + show.Int(n) + " of " + show.Plural(len(f.Effects), "result", "results")
	}
	return t
}

func afterLastDose(e *evidence.Effect) *float64 { return e.WeeksAfterLastDose }

func asCounted(e *evidence.Effect) *float64 { return e.TimepointWeeks }

// guessed says how many people of the pooled trials guessed their treatment, one
// trial's arm at a time: nothing is added up.
func (s *site) guessed(f *evidence.Finding) string {
	const most = 4
	var parts []string
	seen := map[string]bool{}
	for i := range f.Effects {
		e := &f.Effects[i]
		id := studyOf(e)
		if seen[id] {
			continue
		}
		seen[id] = true
		for j := range s.Ed.Guesses {
			g := &s.Ed.Guesses[j]
			if right := guessShare(g); right != "" && cmp.Or(s.byRecord[g.TrialID], g.TrialID) == id {
				parts = append(parts, show.Clip(effectLabel(e), 40)+", "+cmp.Or(show.Clip(g.Arm, 40), "arm not stated")+": "+right+asked(g))
			}
		}
	}
	if len(parts) > most {
		parts = append(parts[:most], show.Int(len(parts)-most)+" more")
	}
	return strings.Join(parts, "; ")
}

// asked names who guessed, where that was not the participants.
func asked(g *evidence.Guess) string {
	if g.Asked == "" || g.Asked == "participant" {
		return ""
	}
	return " (" + show.Clip(g.Asked, 20) + ")"
}

// guessShare prints how many guessed rightly; "" where the source does not say.
func guessShare(g *evidence.Guess) string {
	share, ok := g.Share()
	switch {
	case ok && g.N != nil && g.Right != nil:
		return fmt.Sprintf("%d of %d (%.0f%%)", *g.Right, *g.N, 100*share)
	case ok:
		return fmt.Sprintf("%.0f%%", 100*share)
	}
	return ""
}

// biasBars are the judgements of the risk of bias as bars by weight.
type biasBars struct {
	names  []string
	parts  [][4]float64 // low, some concerns, high, not judged; percent of the weight or of the people
	people bool
	alt    string
	table  chart.Table
}

func (s *site) biasBars(f *evidence.Finding) (biasBars, bool) {
	b := biasBars{names: []string{"Randomisation", "Deviations", "Missing data", "Measurement", "Selection", "Overall"}}
	b.parts = make([][4]float64, len(b.names))
	kind := func(j string) int { return map[string]int{"low": 0, "some": 1, "high": 2, "": 3}[chart.Judged(j)] }
	judged := false
	for i := range f.Effects {
		e := &f.Effects[i]
		w, ok := weightOf(&f.Primary, e.ID)
		if f.Headline.Kind == evidence.HeadlineNotPooled && len(f.Effects) > 1 { // nothing is weighed: people count
			w, ok = peopleShare(f, e)
			b.people = true
		}
		if !ok {
			if len(f.Effects) > 1 {
				return b, false
			}
			w = 100
		}
		judged = judged || e.RiskOfBias != ""
		for d := range b.names {
			j := e.RiskOfBias
			if d < 5 {
				j = ""
				if d < len(e.RoBDomains) {
					j = e.RoBDomains[d]
				}
			}
			b.parts[d][kind(j)] += w
		}
	}
	if !judged {
		return b, false
	}
	b.table = chart.NewTable("Risk of bias, percent of the "+b.by(), "Domain", "#Low", "#Some concerns", "#High", "#Not judged")
	for d, n := range b.names {
		c := []any{n}
		for _, v := range b.parts[d] {
			c = append(c, chart.Digits(show.Fixed(v, 0), &v))
		}
		b.table.Add(c...)
	}
	o := b.parts[5]
	b.alt = fmt.Sprintf("Overall risk of bias by "+b.by()+": low %s, some concerns %s, high %s, not judged %s.", show.Percent(o[0]),
		show.Percent(o[1]), show.Percent(o[2]), show.Percent(o[3]))
	return b, true
}

// peopleShare is the share of an effect's people among those of all, in percent.
func peopleShare(f *evidence.Finding, e *evidence.Effect) (float64, bool) {
	if e.N1 == nil || e.N2 == nil || !(f.Primary.N > 0) {
		return 0, false
	}
	return 100 * (*e.N1 + *e.N2) / float64(f.Primary.N), true
}

// by is what the width of the bars is.
func (b *biasBars) by() string {
	if b.people {
		return "people"
	}
	return "weight"
}

func (b *biasBars) lay(w float64) *chart.Pic {
	const h, left = 22.0, 100.0
	g := chart.New(w, 8+h*float64(len(b.names))+22)
	for d, n := range b.names {
		y := 4 + h*float64(d)
		class := "sm"
		if d == 5 {
			class = "bs"
		}
		g.Text(0, y+15, chart.Start, class, n)
		x := left
		for k, v := range b.parts[d] {
			bw := (w - left - 2) * v / 100
			if bw <= 0 {
				continue
			}
			g.Rect(x, y+3, bw, h-7, []string{"rl", "rm", "rh", "l-unk"}[k])
			if t := []string{"+ ", "− ", "× ", "? "}[k] + show.Percent(v); bw > chart.Width(t, 13)+6 {
				g.Text(x+bw/2, y+16, chart.Middle, "bs"+[]string{"", "", " inv", ""}[k], t)
			}
			x += bw
		}
	}
	g.Text(0, g.H-4, chart.Start, "xs", "+ low, − some concerns, × high, ? not judged; width by "+b.by())
	return g
}
