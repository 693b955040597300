package posted

import (
	"fmt"
	"math"
	"regexp"

	"past/internal/evidence"
	"past/internal/extract/arm"
	"past/internal/extract/reason"
	"past/internal/vocab"
)

// judgeSigns settles which way the changes of one outcome count. Improvements
// that are given as positive numbers of a scale on which less is better are
// turned; where every group gets worse by more than scales usually move, where
// two groups part in opposite directions, or where the posted contrast calls
// better what the arms call worse, a sign may be lost.
func (x *outcome) judgeSigns(rows []evidence.ArmResult) {
	better, read := "", false
	for _, cells := range cellsByRow(rows) {
		var changes []*evidence.ArmResult
		for _, i := range cells {
			if a := &rows[i]; a.ScoreType == evidence.ScoreChange && !a.Baseline && a.Value != nil && a.Instrument != "" {
				changes = append(changes, a)
			}
		}
		if len(changes) > 0 {
			if !read {
				better, read = x.positiveIs(), true
			}
			x.settleSign(changes, better)
		}
		x.judgeContrast(rows, cells)
	}
}

// positiveIs says what the outcome calls a positive change.
func (x *outcome) positiveIs() string {
	if s := x.v.PositiveIs(x.o.Title); s != "" || x.changeFrom == "" {
		return s
	}
	return x.v.DescribedIs(x.o.Description)
}

// cellsByRow lists the cells of each row, in order.
func cellsByRow(rows []evidence.ArmResult) [][]int {
	var out [][]int
	for i := range rows {
		n := len(out)
		if n > 0 && rows[out[n-1][0]].ClassIndex == rows[i].ClassIndex && rows[out[n-1][0]].CategoryIndex == rows[i].CategoryIndex {
			out[n-1] = append(out[n-1], i)
			continue
		}
		out = append(out, []int{i})
	}
	return out
}

// settleSign turns or doubts the changes of one row.
func (x *outcome) settleSign(cells []*evidence.ArmResult, better string) {
	dir := x.directionOf(cells[0])
	if dir == vocab.NeutralScore || dir == "" {
		return
	}
	up, down := 0, 0
	for _, a := range cells {
		if *a.Value > 0 {
			up++
		} else if *a.Value < 0 {
			down++
		}
	}
	turn := dir == vocab.LowerBetter && better != "" || dir == vocab.HigherBetter && better == "fall"
	switch {
	case turn && up > 0 && (down == 0 || better == "stated"):
		for _, a := range cells {
			turnCell(a, better)
		}
		return
	case turn && up > 0 && down > 0:
		doubtCells(cells, reason.Sign, "called an improvement or a reduction, and given with both signs: which sign is better is not stated")
		return
	}
	x.doubtSign(cells, dir)
}

// turnCell takes an improvement as the change that it is on a scale on which
// less is better (or a fall where more is).
func turnCell(a *evidence.ArmResult, why string) {
	minus := func(f *float64) *float64 {
		if f == nil || *f == 0 {
			return f
		}
		v := -*f
		return &v
	}
	a.Value, a.Lower, a.Upper = minus(a.Value), minus(a.Upper), minus(a.Lower)
	words := map[string]string{"fall": "a reduction", "improvement": "an improvement", "stated": "positive where people improve"}[why]
	a.Flags = append(a.Flags, reason.Say(reason.Turned, fmt.Sprintf("posted as %s of %s, taken as a change of %v", words, a.ValueRaw,
		*a.Value)))
}

// doubtSign holds changes that are not turned against what is credible.
func (x *outcome) doubtSign(cells []*evidence.ArmResult, dir vocab.Direction) {
	usual, ok := x.usualOf(cells[0])
	if !ok {
		return
	}
	worseBy := func(a *evidence.ArmResult) float64 {
		if dir == vocab.HigherBetter {
			return -*a.Value / usual
		}
		return *a.Value / usual
	}
	low, high := math.Inf(1), math.Inf(-1)
	for _, a := range cells {
		low, high = min(low, worseBy(a)), max(high, worseBy(a))
	}
	switch {
	case low > 0.1 && high > 0.4:
		doubtCells(cells, reason.Sign,
			"every group gets worse by much: a sign may be lost, or the change may be taken as baseline minus later value")
	case dir == vocab.HigherBetter && high < -2:
		doubtCells(cells, reason.ScoreType,
			"every group gets better by more than two usual standard deviations: the values may be scores at that time")
	case low < -0.4 && high > 0.4:
		doubtCells(cells, reason.Sign, "one group gets much worse and another much better: a sign may be lost in one of them")
	}
}

// usualOf is the usual standard deviation of what a cell reports.
func (x *outcome) usualOf(a *evidence.ArmResult) (float64, bool) {
	in, ok := x.v.Instrument(baseID(x.v, a.Instrument))
	if !ok {
		return 0, false
	}
	r := in.Range
	if a.Subscale != "" {
		r = nil
		for _, s := range in.Subscales {
			if s.ID == a.Subscale {
				r = s.Range
			}
		}
		in.SD = nil
	}
	usual, _, ok := UsualSD(in, r)
	return usual, ok
}

// baseID is the catalogue id of an instrument or of one of its versions.
func baseID(v *vocab.Vocabulary, id string) string {
	if _, ok := v.Instrument(id); ok {
		return id
	}
	for _, in := range v.Instruments() {
		for _, ver := range in.Versions {
			if ver.ID == id {
				return in.ID
			}
		}
	}
	return id
}

// directionOf is the better side of what a cell reports, by the catalogue.
func (x *outcome) directionOf(a *evidence.ArmResult) vocab.Direction {
	in, ok := x.v.Instrument(baseID(x.v, a.Instrument))
	if !ok {
		return ""
	}
	dir := in.DirectionFor(x.record.Conditions, x.v)
	for _, s := range in.Subscales {
		if s.ID == a.Subscale && s.Direction != "" {
			dir = s.Direction
		}
	}
	return dir
}

func doubtCells(cells []*evidence.ArmResult, code, why string) {
	for _, a := range cells {
		verdict{a}.set(evidence.NeedsReview, code, why)
	}
}

var meanContrast = regexp.MustCompile(`(?i)difference|mean`)

// judgeContrast doubts a row whose arms contradict the posted contrast: read as
// treatment minus control the contrast favours the treatment, and the arms as
// posted favour the control by as much. A contrast taken the other way round
// would favour the control and is left to who reads contrasts.
func (x *outcome) judgeContrast(rows []evidence.ArmResult, cells []int) {
	if len(x.o.Analyses) == 0 || !isMean(x.param) || rows[cells[0]].Instrument == "" || x.laterRows(rows) != 1 {
		return
	}
	for i := range x.o.Analyses {
		an := &x.o.Analyses[i]
		est := number(an.ParamValue)
		if est == nil || *est == 0 || len(an.GroupIDs) != 2 || !meanContrast.MatchString(an.ParamType) {
			continue
		}
		t, c := x.treatAndControl(rows, cells, an.GroupIDs)
		if t == nil || t.Value == nil || c.Value == nil || t.Baseline {
			continue
		}
		good := -1.0
		switch x.directionOf(t) {
		case vocab.HigherBetter:
			good = 1
		case vocab.LowerBetter:
		default:
			continue
		}
		diff := *t.Value - *c.Value
		if good**est > 0 && good*diff < 0 && math.Abs(diff) > 0.25*math.Abs(*est) {
			doubtCells([]*evidence.ArmResult{t, c}, reason.Discordant,
				fmt.Sprintf("the arms differ by %.4g (%s minus %s), the posted contrast is %s: it contradicts the arms, or was taken "+
					"the other way round",
					diff, t.GroupTitle, c.GroupTitle, an.ParamValue))
		}
	}
}

// laterRows counts the rows that are not baseline values.
func (x *outcome) laterRows(rows []evidence.ArmResult) int {
	n := 0
	for _, cells := range cellsByRow(rows) {
		if !rows[cells[0]].Baseline {
			n++
		}
	}
	return n
}

// treatAndControl finds the cells of the treated and the control group of an
// analysis, where the groups' words tell them apart.
func (x *outcome) treatAndControl(rows []evidence.ArmResult, cells []int, groups []string) (t, c *evidence.ArmResult) {
	var found [2]*evidence.ArmResult
	var arms [2]arm.Reading
	for _, i := range cells {
		for n := range found {
			if rows[i].GroupID == groups[n] {
				found[n], arms[n] = &rows[i], x.armOf(groups[n])
			}
		}
	}
	if found[0] == nil || found[1] == nil {
		return nil, nil
	}
	if _, no := arm.Compare(x.v, arms[0], arms[1]); no == nil {
		return found[0], found[1]
	}
	if _, no := arm.Compare(x.v, arms[1], arms[0]); no == nil {
		return found[1], found[0]
	}
	return nil, nil
}

// armOf reads a group by its words, once for the record.
func (x *outcome) armOf(group string) arm.Reading {
	g := x.groups[group]
	words := armWords{g.Title, g.Description}
	read, ok := x.read.arms[words]
	if !ok {
		read = arm.ReadGroup(x.record, g, x.v)
		x.read.arms[words] = read
	}
	return read
}

// judgeBaselines holds the changes of a record against its baseline values: a
// change that leaves the scale, or one as large as the baseline where more is
// better, may be a value at that time.
func judgeBaselines(cells []evidence.ArmResult, v *vocab.Vocabulary) {
	type key struct{ instrument, subscale string }
	base := map[key][]float64{}
	for i := range cells {
		if a := &cells[i]; a.Baseline && a.Value != nil && a.Instrument != "" && KindOfParam(a.ParamType) == ParamMean {
			base[key{a.Instrument, a.Subscale}] = append(base[key{a.Instrument, a.Subscale}], *a.Value)
		}
	}
	for i := range cells {
		a := &cells[i]
		values := base[key{a.Instrument, a.Subscale}]
		if a.ScoreType != evidence.ScoreChange || a.Value == nil || len(values) == 0 || a.Subscale != "" {
			continue
		}
		in, ok := v.Instrument(baseID(v, a.Instrument))
		if !ok || in.Range == nil {
			continue
		}
		low, high := values[0], values[0]
		for _, b := range values {
			low, high = min(low, b), max(high, b)
		}
		slack := 0.03 * (in.Range.Max - in.Range.Min)
		switch c := *a.Value; {
		case high+c < in.Range.Min-slack || low+c > in.Range.Max+slack:
			verdict{a}.set(evidence.NeedsReview, reason.Sign,
				fmt.Sprintf("a change of %v from a baseline of about %.3g leaves the scale of %v to %v: a sign or the kind of score is wrong", c,
					high, in.Range.Min, in.Range.Max))
		case in.Direction == vocab.HigherBetter && c > 0.85*low && c < 1.6*high && c > 0.3*(in.Range.Max-in.Range.Min):
			verdict{a}.set(evidence.NeedsReview, reason.ScoreType,
				fmt.Sprintf("a change of %v is as large as the baseline of about %.3g: it may be a value at that time", c, high))
		}
	}
}
