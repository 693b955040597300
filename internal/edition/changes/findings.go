package changes

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"past/internal/edition"
	"past/internal/synthesis"
)

// Cause is why a finding's numbers are not those of the edition before.
type Cause struct {
	Kind string `json:"kind"` // study-in | study-out | numbers | file | software | model
	Text string `json:"text"`
	// Evidence is set when what the cause names is in the data or in a human
	// file: a record that came or changed, a paper retracted, a decision. Only
	// such a cause explains a movement to the gate.
	Evidence bool `json:"evidence"`
}

func (c *comparison) findings() {
	both(c.old.Findings, c.new.Findings, func(id string, a, b Finding, inOld, inNew bool) {
		d := Detail{Findings: []string{id}}
		switch {
		case !inOld:
			c.add(FindingNew, id, b.Flat.Title, "", b.Flat.NumberWords(), "a question that was not asked before", d)
		case !inNew:
			d.Moved = a.Flat.K > 0
			c.add(FindingGone, id, a.Flat.Title, a.Flat.NumberWords(), "", "the question is no longer asked", d)
		default:
			c.finding(id, a, b)
		}
	})
}

func (c *comparison) finding(id string, a, b Finding) {
	causes := Causes(c.old, c.new, id)
	why := causeText(causes)
	in, out := studies(a, b)
	for _, s := range in {
		text, _ := reasonIn(c.old, c.new, a, b, s)
		c.add(StudyIn, id, b.Flat.Title, "", s.Label, text, Detail{Findings: []string{id}})
	}
	for _, s := range out {
		text, _ := reasonOut(c.old, c.new, a, b, s)
		c.add(StudyOut, id, b.Flat.Title, s.Label, "", text, Detail{Findings: []string{id}})
	}
	x, y := a.Flat, b.Flat
	if x.K != y.K {
		c.add(KChanged, id, y.Title, fmt.Sprintf("k = %d, n = %s", x.K, x.N), fmt.Sprintf("k = %d, n = %s", y.K, y.N), why,
			Detail{Findings: []string{id}, Moved: (x.K == 0) != (y.K == 0)})
	}
	c.estimate(id, x, y, why)
	if cx, cy := x.CertaintyWords(), y.CertaintyWords(); cx != cy {
		c.add(CertaintyMoved, id, y.Title, cx, cy, why, Detail{Findings: []string{id}, Moved: x.Certainty != y.Certainty})
	}
}

// estimate notes a moved estimate, and else an interval that moved alone.
func (c *comparison) estimate(id string, x, y edition.Flat, why string) {
	d := Detail{Findings: []string{id}, Before: x.Headline.Estimate, After: y.Headline.Estimate, Moved: x.Verdict != y.Verdict}
	if d.Before != nil && d.After != nil {
		delta := *y.Headline.Estimate - *x.Headline.Estimate
		d.Delta = &delta
		d.Moved = d.Moved || *d.Before**d.After < 0 // the other side
	}
	before, after := x.EstimateWords(), y.EstimateWords()
	switch {
	case !Same(x.Headline.Estimate, y.Headline.Estimate) || !Same(x.Estimate, y.Estimate) || x.Measure != y.Measure:
		c.add(EstimateMoved, id, y.Title, exact(x, before), exact(y, after), why, d)
	case !Same(x.CILb, y.CILb) || !Same(x.CIUb, y.CIUb) || !Same(x.Headline.Lower, y.Headline.Lower) ||
		!Same(x.Headline.Upper, y.Headline.Upper) ||
		!Same(x.PILb, y.PILb) || !Same(x.PIUb, y.PIUb):
		c.add(IntervalMoved, id, y.Title, exact(x, before), exact(y, after), why, d)
	}
}

// exact adds the prediction interval and the exact number, so that two
// estimates that print alike differ.
func exact(f edition.Flat, text string) string {
	lo, hi, ok := f.Headline.Interval()
	if !ok {
		return text
	}
	out := fmt.Sprintf("%s (analysis scale: %.6g [%.6g, %.6g]", text, *f.Headline.Estimate, lo, hi)
	if f.PILb != nil && f.PIUb != nil {
		out += fmt.Sprintf(", prediction [%.6g, %.6g]", *f.PILb, *f.PIUb)
	}
	return out + ")"
}

// Same compares two numbers as far as floating-point addition in another order
// may move them.
func Same(a, b *float64) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return *a == *b || math.Abs(*a-*b) <= 1e-9*max(math.Abs(*a), math.Abs(*b), 1e-3)
}

// studies lists those that came in and fell out, each once, sorted by label.
func studies(a, b Finding) (in, out []Effect) {
	missing := func(x, y Finding) []Effect {
		have := map[string]bool{}
		for _, e := range y.Effects {
			have[e.Study] = true
		}
		var list []Effect
		for _, id := range slices.Sorted(maps.Keys(x.Effects)) {
			if e := x.Effects[id]; !have[e.Study] {
				have[e.Study] = true
				list = append(list, e)
			}
		}
		slices.SortFunc(list, func(p, q Effect) int {
			return cmp.Or(strings.Compare(p.Label, q.Label), strings.Compare(p.Study, q.Study))
		})
		return list
	}
	return missing(b, a), missing(a, b)
}

// evidenceMoved says which record of a study changed, "" for none.
func evidenceMoved(old, new *Snapshot, e Effect) string {
	for _, key := range keysOf(new, e.Records) {
		x, was := old.Trials[key]
		y := new.Trials[key]
		switch {
		case !was:
			return "record " + recordID(key) + " is new"
		case y.Gone && !x.Gone:
			return "record " + recordID(key) + " is gone from the register"
		case x.Results == "" && y.Results != "":
			return "results were posted on " + recordID(key)
		case x.Hash != y.Hash:
			return "record " + recordID(key) + " changed"
		}
	}
	return ""
}

// keysOf finds the trials of these register ids, in a fixed order.
func keysOf(s *Snapshot, ids []string) []string {
	var out []string
	for _, source := range slices.Sorted(maps.Keys(s.Sources)) {
		for _, id := range ids {
			if _, ok := s.Trials[source+"/"+id]; ok {
				out = append(out, source+"/"+id)
			}
		}
	}
	return out
}

// reasonIn says why a study came in, and whether that is in the data or in
// a review file.
func reasonIn(old, new *Snapshot, a, b Finding, e Effect) (why string, evidence bool) {
	texts := bearing(old, new, namesOf(e, a, b))
	if moved := evidenceMoved(old, new, e); moved != "" {
		texts = slices.Insert(texts, 0, moved)
	}
	if len(texts) == 0 {
		return noCause(old, new), false
	}
	return strings.Join(texts, "; "), true
}

// reasonOut says why a study fell out, and whether a review file or a retraction
// explains it. A register that takes numbers back explains nothing by itself.
func reasonOut(old, new *Snapshot, a, b Finding, e Effect) (why string, evidence bool) {
	left := leftOut(a, b, e)
	if withdrawn(left) {
		return "notice: " + left, true
	}
	var texts []string
	if left != "" {
		texts = append(texts, "left out: "+left)
	}
	files := bearing(old, new, namesOf(e, a, b))
	texts = append(texts, files...)
	if moved := evidenceMoved(old, new, e); moved != "" {
		texts = append(texts, moved)
	} else if len(files) == 0 {
		texts = append(texts, noCause(old, new))
	}
	return strings.Join(texts, "; "), len(files) > 0
}

// withdrawn reports whether a row is left out because its own report was
// retracted: its reason names the notice.
func withdrawn(left string) bool { return strings.Contains(left, synthesis.RetractedWords) }

// leftOut gives the reasons for which the rows of the study that were pooled
// are not pooled any more, "" where those rows are gone.
func leftOut(a, b Finding, e Effect) string {
	if b.Out == nil { // of an older program
		return b.Excluded[e.Study]
	}
	out := ""
	for _, id := range slices.Sorted(maps.Keys(a.Effects)) {
		if why := b.Out[id]; a.Effects[id].Study == e.Study && why != "" {
			out = also(out, why)
		}
	}
	return out
}

func noCause(old, new *Snapshot) string {
	if old.Software != new.Software {
		return fmt.Sprintf("no change of the data explains it; the program went from %s to %s", old.Software, new.Software)
	}
	return "no cause found in the data, the review files or the program"
}

// Causes lists what can explain that the numbers of a finding moved.
func Causes(old, new *Snapshot, finding string) []Cause {
	a, b := old.Findings[finding], new.Findings[finding]
	var out []Cause
	in, gone := studies(a, b)
	for _, s := range in {
		why, ok := reasonIn(old, new, a, b, s)
		out = append(out, Cause{"study-in", s.Label + " came in (" + why + ")", ok})
	}
	for _, s := range gone {
		why, ok := reasonOut(old, new, a, b, s)
		out = append(out, Cause{"study-out", s.Label + " fell out (" + why + ")", ok})
	}
	files := bearing(old, new, namesIn(a, b))
	out = append(out, otherNumbers(old, new, a, b)...)
	if a.Flat.Measure != b.Flat.Measure || a.Flat.Method != b.Flat.Method || a.Flat.Test != b.Flat.Test || a.Flat.Formula != b.Flat.Formula {
		out = append(out, Cause{"model", fmt.Sprintf("the model went from %s, %s, %s, %s to %s, %s, %s, %s", a.Flat.Measure, a.Flat.Formula,
			a.Flat.Method, a.Flat.Test,
			b.Flat.Measure, b.Flat.Formula, b.Flat.Method, b.Flat.Test), len(files) > 0})
	}
	for _, f := range files {
		out = append(out, Cause{"file", f, true})
	}
	if old.Software != new.Software {
		out = append(out, Cause{"software", fmt.Sprintf("the program went from %s to %s", old.Software, new.Software), false})
	}
	return out
}

// otherNumbers lists studies that stayed with other numbers.
func otherNumbers(old, new *Snapshot, a, b Finding) []Cause {
	byStudy := map[string][]Effect{}
	for _, id := range slices.Sorted(maps.Keys(a.Effects)) {
		e := a.Effects[id]
		byStudy[e.Study] = append(byStudy[e.Study], e)
	}
	var out []Cause
	told := map[string]bool{}
	for _, id := range slices.Sorted(maps.Keys(b.Effects)) {
		y := b.Effects[id]
		if x, ok := a.Effects[id]; told[y.Study] || byStudy[y.Study] == nil || ok && Same(&x.Estimate, &y.Estimate) &&
			Same(&x.Variance, &y.Variance) {
			continue
		}
		told[y.Study] = true
		text, moved := "the numbers of "+y.Label+" are others", evidenceMoved(old, new, y)
		if x, minus := a.Effects[id], -y.Estimate; Same(&x.Estimate, &minus) && Same(&x.Variance, &y.Variance) {
			text = "the effect of " + y.Label + " is the same with the other sign: the side that counts as better changed"
		}
		if left := leftOut(a, b, y); withdrawn(left) {
			moved = also(moved, "notice: "+left)
		}
		if moved != "" {
			text += " (" + moved + ")"
		}
		out = append(out, Cause{"numbers", text, moved != ""})
	}
	return out
}

func causeText(causes []Cause) string {
	if len(causes) == 0 {
		return "no cause found in the data, the review files or the program"
	}
	texts := make([]string, len(causes))
	for i, c := range causes {
		texts[i] = c.Text
	}
	return strings.Join(texts, "; ")
}
