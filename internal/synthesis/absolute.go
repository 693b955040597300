package synthesis

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"past/internal/evidence"
	"past/internal/vocab"
)

// absolute works out the absolute effects of a finding from its headline.
func absolute(q Question, f evidence.Finding) *evidence.Absolute {
	if _, _, ok := f.Headline.Interval(); !ok {
		return nil
	}
	a := &evidence.Absolute{People: peopleOf100(q, f), Points: scalePoints(q, f)}
	if a.People == nil && a.Points == nil {
		return nil
	}
	return a
}

// comparatorRisk is the pooled event share of the comparator arms that state
// events, with what it was taken from; ok is false when no arm does.
func comparatorRisk(effects []evidence.Effect) (risk float64, source string, ok bool) {
	var events, people float64
	arms, least, most := 0, 1.0, 0.0
	for _, e := range effects {
		if e.Event2 == nil || e.N2 == nil || !(*e.N2 > 0) {
			continue
		}
		arms++
		events, people = events+*e.Event2, people+*e.N2
		share := *e.Event2 / *e.N2
		least, most = min(least, share), max(most, share)
	}
	if arms == 0 {
		return 0, "", false
	}
	source = fmt.Sprintf("the comparator arms of %s: %s of %s people", plural(arms, "study", "studies"), short(events), short(people))
	if arms > 1 {
		source += fmt.Sprintf("; %s to %s of 100 in single studies", fixed(100*least, 0), fixed(100*most, 0))
	}
	if arms < len(effects) {
		source += fmt.Sprintf("; %s without counts", plural(len(effects)-arms, "study is", "studies are"))
	}
	return events / people, source, true
}

// fewestComparators is the fewest people in comparator arms of which a risk is carried
// over to a hundred: with fewer, one event more or less is over five of a hundred.
const fewestComparators = 20

// comparatorPeople are the people of the comparator arms that state events.
func comparatorPeople(effects []evidence.Effect) float64 {
	n := 0.0
	for _, e := range effects {
		if e.Event2 != nil && e.N2 != nil {
			n += *e.N2
		}
	}
	return n
}

// riskWith is the risk under treatment that an effect makes of the comparator's.
func riskWith(measure string, risk, effect float64) float64 {
	switch measure {
	case "RR":
		risk *= math.Exp(effect)
	case "OR":
		odds := risk / (1 - risk) * math.Exp(effect)
		risk = odds / (1 + odds)
		if math.IsInf(odds, 1) {
			risk = 1
		}
	case "RD":
		risk += effect
	}
	return math.Min(math.Max(risk, 0), 1)
}

func peopleOf100(q Question, f evidence.Finding) *evidence.PeopleOf100 {
	if !eventRatio(q.Measure) && q.Measure != "RD" {
		return nil
	}
	risk, source, ok := comparatorRisk(f.Effects)
	if !ok || q.Measure != "RD" && !(risk > 0) {
		return nil // a ratio of no events says nothing about how many
	}
	if comparatorPeople(f.Effects) < fewestComparators {
		return nil // five people are no measure of a hundred
	}
	lo, hi, _ := f.Headline.Interval()
	with := riskWith(q.Measure, risk, *f.Headline.Estimate)
	p := &evidence.PeopleOf100{Without: 100 * risk, WithoutSource: source, With: 100 * with,
		WithLower: 100 * riskWith(q.Measure, risk, lo), WithUpper: 100 * riskWith(q.Measure, risk, hi)}
	if f.Headline.IncludesNull() || with == risk {
		return p
	}
	near, far := riskWith(q.Measure, risk, lo)-risk, riskWith(q.Measure, risk, hi)-risk
	if math.Abs(near) < math.Abs(far) {
		near, far = far, near
	}
	p.NNT, p.NNTLower = treat(with-risk), treat(near)
	if far != 0 {
		p.NNTUpper = treat(far)
	}
	p.NNTFor = "one more person with the outcome"
	if with < risk {
		p.NNTFor = "one fewer person with the outcome"
	}
	return p
}

// treat is the number needed to treat for a risk difference, rounded up.
func treat(difference float64) *float64 {
	n := math.Ceil(1/math.Abs(difference) - 1e-9)
	return &n
}

// commonest is the instrument of most of the effects that give means and
// standard deviations, and these effects; of equal numbers the one with more
// participants, then by name.
func commonest(effects []evidence.Effect) (id string, rows []evidence.Effect) {
	groups := map[string][]evidence.Effect{}
	for _, e := range effects {
		if e.Instrument != "" && e.SD2 != nil && *e.SD2 > 0 && e.N2 != nil && *e.N2 > 1 {
			groups[e.Instrument] = append(groups[e.Instrument], e)
		}
	}
	for name, g := range groups {
		d := len(g) - len(rows)
		if d == 0 {
			d = int(Participants(g) - Participants(rows))
		}
		if id == "" || d > 0 || d == 0 && name < id {
			id, rows = name, g
		}
	}
	return id, rows
}

func scalePoints(q Question, f evidence.Finding) *evidence.ScalePoints {
	if q.Measure != "SMD" && q.Measure != "MD" {
		return nil
	}
	id, rows := commonest(f.Effects)
	in, known := vocab.Default().Instrument(id)
	turned := 0
	for _, e := range rows {
		if slices.Contains(e.Flags, turnedFlag) {
			turned++
		}
	}
	if id == "" || !known || turned > 0 && turned < len(rows) {
		return nil // rows that disagree on the better side share no sign
	}
	s := &evidence.ScalePoints{Instrument: id, Scale: in.Short, Better: "higher", Studies: len(studyRows(rows)), Kind: f.Headline.Kind}
	if q.LowerIsBetter != (turned > 0) {
		s.Better = "lower"
	}
	s.Inferred = slices.ContainsFunc(rows, func(e evidence.Effect) bool { return e.ScaleInferred() })
	if in.Range != nil {
		s.Range = fmt.Sprintf("%s to %s", short(in.Range.Min), short(in.Range.Max))
	}
	sd := comparatorSD(rows)
	if !pooledPoints(q, f, rows, s) {
		lo, hi, _ := f.Headline.Interval()
		s.Points, s.Lower, s.Upper, s.Scaled = *f.Headline.Estimate*sd, lo*sd, hi*sd, q.Measure != "MD"
		s.Way = fmt.Sprintf("the pooled effect times the standard deviation %s of the comparator arms of %s on this scale", fixed(sd, 1),
			plural(s.Studies, "study", "studies"))
		if len(f.Effects) == 1 {
			s.Way = fmt.Sprintf("the study's effect times the standard deviation %s of its comparator arm", fixed(sd, 1))
		}
		if q.Measure == "MD" {
			s.Points, s.Lower, s.Upper, s.Way = *f.Headline.Estimate, lo, hi, "the pooled mean difference"
		} else if turned > 0 {
			s.Points, s.Lower, s.Upper = -s.Points, -s.Upper, -s.Lower
		}
	}
	for _, x := range []float64{s.Points, s.Lower, s.Upper} {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return nil // a spread that no scale has
		}
	}
	if q.MID != nil {
		v := *q.MID
		if s.Threshold, s.ThresholdSource = &v, q.MIDSource; q.Measure == "SMD" {
			v *= sd
			s.ThresholdSource = fmt.Sprintf("%s standard deviations of the comparator arms, the finding's own difference (%s), in points",
				short(*q.MID), q.MIDSource)
		}
	}
	if i := slices.IndexFunc(in.MID, func(m vocab.Figure) bool { return m.Verified }); i >= 0 {
		m := in.MID[i]
		kind := cmp.Or(m.Kind, "kind not stated")
		s.Published, s.PublishedSource = &m.Value, fmt.Sprintf("minimal important difference of the scale, %s, by %s (%s)", m.Population,
			kind, m.Source)
	}
	return s
}

// pooledPoints pools the mean differences of two studies or more on one scale, or
// takes that of a finding's only study; false where there is no such answer.
func pooledPoints(q Question, f evidence.Finding, rows []evidence.Effect, s *evidence.ScalePoints) bool {
	if len(rows) < 2 && len(f.Effects) > 1 || q.Measure == "MD" || q.ModelKind == CHE && several(rows) {
		return false
	}
	md := q
	md.Measure = "MD"
	var raw []evidence.Effect
	for _, e := range rows {
		if e.Mean1 == nil || e.Mean2 == nil || e.SD1 == nil {
			return false
		}
		e.Flags, e.Measure = nil, "" // the scale's own direction
		e.HigherBetter = evidence.TriOf(!q.LowerIsBetter)
		raw = append(raw, e)
	}
	raw, lost := Recompute(md, raw)
	if len(lost) > 0 {
		return false
	}
	p, err := Pool(md.Model(), raw)
	if err != nil {
		return false
	}
	h, _, err := headline(md, p, raw, false)
	lo, hi, ok := h.Interval()
	if err != nil || !ok {
		return false
	}
	s.Points, s.Lower, s.Upper, s.Kind = *h.Estimate, lo, hi, h.Kind
	s.Way = "the study's own mean difference"
	if len(raw) > 1 {
		s.Way = fmt.Sprintf("the pooled mean difference of the %s on this scale (%s: %s)", plural(len(raw), "study", "studies"), h.Kind, h.Note)
	}
	return true
}

// comparatorSD is the pooled standard deviation of the comparator arms.
func comparatorSD(rows []evidence.Effect) float64 {
	var ss, df float64
	for _, e := range rows {
		ss += (*e.N2 - 1) * *e.SD2 * *e.SD2
		df += *e.N2 - 1
	}
	return math.Sqrt(ss / df)
}
