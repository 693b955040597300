package synthesis

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"past/internal/evidence"
)

var lastNumber = regexp.MustCompile(`(\d+(?:\.\d+)?)\D*$`)

// otherKind is the kind of score that is not to be pooled with another.
var otherKind = map[string]string{evidence.ScoreEndpoint: evidence.ScoreChange, evidence.ScoreChange: evidence.ScoreEndpoint}

// twinOf is the row of a study that gives the same comparison on the same scale at the
// same time as an effect does, in scores of the other kind: change from baseline for an
// endpoint. A row that may be used comes before one that a person has to look at first.
func twinOf(e *evidence.Effect, all []evidence.Effect) *evidence.Effect {
	var found *evidence.Effect
	for i := range all {
		x := &all[i]
		if x.StudyID != e.StudyID || x.ScoreType != otherKind[e.ScoreType] || e.Instrument == "" || x.Instrument != e.Instrument ||
			x.Measure != "SMD" || x.ComparatorClass != e.ComparatorClass || x.CILower == nil || x.CIUpper == nil || !sameTime(x, e) ||
			x.DoseTreat != "" && e.DoseTreat != "" && x.DoseTreat != e.DoseTreat || x.Verdict == evidence.Unusable ||
			x.PostCrossover == evidence.Yes {
			continue
		}
		if found == nil || better(x, found, e) {
			found = x
		}
	}
	return found
}

// better orders rows that give the same: what may be used first, then what comes from
// the source of e.
func better(x, than, e *evidence.Effect) bool {
	if a, b := x.Verdict == evidence.Usable, than.Verdict == evidence.Usable; a != b {
		return a
	}
	if a, b := x.Channel == e.Channel, than.Channel == e.Channel; a != b {
		return a
	}
	return x.ID < than.ID
}

func sameTime(a, b *evidence.Effect) bool {
	if w, v := a.WeeksAfterLastDose, b.WeeksAfterLastDose; w != nil && v != nil {
		return *w-*v < 0.5 && *v-*w < 0.5
	}
	m, n := lastNumber.FindStringSubmatch(a.TimepointRaw), lastNumber.FindStringSubmatch(b.TimepointRaw)
	return m != nil && n != nil && m[1] == n[1]
}

// otherScore compares the pooled studies' scores with those of the other kind. Of one
// study it says where the reading depends on the choice; of several which of them give
// the other kind and what these say, together where they can be pooled. pooled is that
// result and beside its effects, nil where there is none.
func otherScore(q Question, b Base, effects []evidence.Effect, h evidence.Headline) (text string, pooled *evidence.PooledResult,
	beside []evidence.Effect) {
	if q.Measure != "SMD" || q.ModelKind == CHE && several(effects) {
		return "", nil, nil
	}
	var own, usable, doubtful []evidence.Effect
	for i := range effects {
		e := &effects[i]
		t := twinOf(e, b.Effects)
		if t == nil || e.CILower == nil || e.CIUpper == nil {
			continue
		}
		rows, lost := Recompute(q, []evidence.Effect{*t})
		switch {
		case len(lost) > 0:
		case t.Verdict == evidence.Usable:
			own, usable = append(own, *e), append(usable, rows...)
		default:
			doubtful = append(doubtful, rows...)
		}
	}
	switch {
	case len(effects) == 1 && len(usable) == 1:
		return otherScoreOfOne(&own[0], &usable[0]), nil, nil
	case len(effects) == 1 || len(usable)+len(doubtful) == 0:
		return "", nil, nil
	}
	if text, pooled = otherScores(q, effects, own, usable, doubtful, h); pooled == nil {
		return text, nil, nil
	}
	return text, pooled, usable
}

func excludesNone(x *evidence.Effect) bool { return *x.CILower > 0 || *x.CIUpper < 0 }

func otherScoreOfOne(e, x *evidence.Effect) string {
	if excludesNone(x) == excludesNone(e) {
		return ""
	}
	includes := "which includes no effect"
	if excludesNone(x) {
		includes = "which excludes no effect"
	}
	return fmt.Sprintf("The same trial's %s scores on the %s give g %s, %s: the reading depends on which of the two is taken.",
		x.ScoreType, plain(x.Instrument), fullOf(x), includes)
}

func fullOf(e *evidence.Effect) string {
	return Full(e.Measure, evidence.Value(e.Estimate), *e.CILower, *e.CIUpper, 2)
}

// otherScores is the same of a pool. own are the pooled rows of the studies in usable.
func otherScores(q Question, effects, own, usable, doubtful []evidence.Effect, h evidence.Headline) (string, *evidence.PooledResult) {
	kind := otherKind[effects[0].ScoreType]
	var each []string
	for i := range usable {
		each = append(each, fmt.Sprintf("%s g %s", usable[i].StudyLabel, fullOf(&usable[i])))
	}
	for i := range doubtful {
		why := strings.TrimPrefix(reasonCode.ReplaceAllString(doubtful[i].Reason, ""), " ")
		each = append(each, fmt.Sprintf("%s g %s, which a person has to look at first (%s)", doubtful[i].StudyLabel, fullOf(&doubtful[i]), why))
	}
	text := fmt.Sprintf("%d of %d trials give %s scores of the same scale and time too", len(each), len(effects), kind)
	if len(usable) < 2 {
		text += ": " + strings.Join(each, "; ")
		if h.IncludesNull() && !slices.ContainsFunc(append(slices.Clone(usable), doubtful...), func(x evidence.Effect) bool {
			return !excludesNone(&x)
		}) {
			text += "; none of these includes no effect, as the result here does"
		}
		return text + ".", nil
	}
	r, err := part(q, fmt.Sprintf("%s scores of the %d trials that give them", kind, len(usable)), usable)
	if err != nil || r.Headline == nil || r.Headline.Estimate == nil {
		return text + ": " + strings.Join(each, "; ") + ".", nil
	}
	same, err := part(q, "", own)
	if err != nil || same.Headline == nil || same.Headline.Estimate == nil {
		return text + ": " + strings.Join(each, "; ") + ".", &r
	}
	words := func(h *evidence.Headline) string { return Full(q.Measure, *h.Estimate, *h.Lower, *h.Upper, 2) }
	text += fmt.Sprintf(": together g %s, where the pooled scores of these trials give %s", words(r.Headline), words(same.Headline))
	if r.Headline.Verdict() != same.Headline.Verdict() {
		text += ", so that the reading depends on which of the two is taken"
	}
	if len(doubtful) > 0 {
		text += "; of them apart, " + strings.Join(each[len(usable):], "; ")
	}
	return text + ".", &r
}
