package synthesis

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"past/internal/evidence"
)

// Selection is the outcome of holding every effect against a question.
type Selection struct {
	Included []evidence.Effect    // one per study unless the plan takes all, sorted by year and label
	Excluded []evidence.Exclusion // every other effect of the question's substances and domain
}

// The codes of exclusion, in the order in which they are tried.
const (
	CodeSubstance     = "substance"       // another substance: never listed
	CodeDomain        = "outcome"         // another outcome: never listed
	CodeVerdict       = "verdict"         // the row itself may not be used
	CodeMeasure       = "measure"         // another kind of number than the question asks
	CodePopulation    = "population"      // another population
	CodeDesign        = "design"          // not an eligible design
	CodePostCrossover = "post-crossover"  // measured after the crossover
	CodeComparator    = "comparator"      // another comparator class
	CodeInstrument    = "instrument"      // another instrument is preferred
	CodeTime          = "time"            // another time point is chosen
	CodeArm           = "arm"             // another pair of arms is chosen
	CodeUnordered     = "unordered-arms"  // which of several pairs of arms the plan means is not known
	CodeDuplicate     = "duplicate"       // the same numbers from another source
	CodeOverlap       = "shared-patients" // its participants are counted already
	CodePlan          = "plan"            // the plan leaves the study out
	CodeNoEvents      = "no-events"       // no event in either arm: a ratio carries no information
)

// Codes are the codes of exclusion with their words for people.
var Codes = map[string]string{
	CodeVerdict: "numbers that cannot be used", CodeMeasure: "another kind of number", CodePopulation: "another population",
	CodeDesign:        "another design",
	CodePostCrossover: "measured after the crossover", CodeComparator: "another comparator", CodeInstrument: "another instrument",
	CodeTime: "another time point",
	CodeArm:  "another pair of arms", CodeUnordered: "several arms that the plan cannot put in order",
	CodeDuplicate: "the same numbers twice", CodeOverlap: "participants counted already",
	CodePlan: "left out by the plan", CodeNoEvents: "no event in either arm",
}

// Select applies the question to all effects. Effects of other substances or
// outcomes are not listed; every other effect is either included or excluded
// with a reason.
func Select(q Question, effects []evidence.Effect) Selection {
	var sel Selection
	byStudy := map[string][]evidence.Effect{}
	for _, e := range effects {
		_, misfit := Fits(q, ofEffect(e))
		if misfit.Foreign() {
			continue
		}
		if code, why := q.rowReason(e, misfit); code != "" {
			sel.exclude(e, code, why)
			last := &sel.Excluded[len(sel.Excluded)-1]
			switch {
			case misfit.Code != "":
				last.Compared = misfit.Code == CodeDesign && e.PostCrossover != evidence.Yes && ofEffect(e).compared()
			case e.PostCrossover == evidence.Yes: // both groups had the drug: nothing is compared
				misfit.Code = CodeDesign
			case q.outsideWindow(e):
				misfit.Code = CodeTime
			}
			last.Misfit = misfit.Code
			continue
		}
		byStudy[e.StudyID] = append(byStudy[e.StudyID], e)
	}
	studies := make([]string, 0, len(byStudy))
	for s := range byStudy {
		studies = append(studies, s)
	}
	slices.Sort(studies)
	for _, s := range studies {
		kept := byStudy[s]
		if q.ModelKind == CHE {
			kept = once(kept, &sel)
			sel.Included = append(sel.Included, kept...)
			continue
		}
		for _, rule := range []func([]evidence.Effect) ([]evidence.Effect, string, string){q.byInstrument, q.byTime, q.byAnalysis, q.byArms,
			q.orderedArms, q.bySource} {
			var keep []evidence.Effect
			var code, why string
			keep, code, why = rule(kept)
			for _, e := range kept {
				if !slices.ContainsFunc(keep, func(k evidence.Effect) bool { return k.ID == e.ID }) {
					sel.exclude(e, code, why)
				}
			}
			kept = keep
		}
		sel.Included = append(sel.Included, kept...)
	}
	if q.Arms != ArmsAll {
		sel.Included = q.withEvents(sel.Included, &sel.Excluded)
	}
	slices.SortStableFunc(sel.Included, inPlotOrder)
	slices.SortStableFunc(sel.Excluded, byLabel)
	return sel
}

// withEvents leaves out, once the pairs of arms are chosen, the rows without an
// event in either arm where the question pools ratios: another pair of the study
// would be chosen by its result.
func (q Question) withEvents(in []evidence.Effect, gone *[]evidence.Exclusion) []evidence.Effect {
	if q.Measure != "RR" && q.Measure != "OR" {
		return in
	}
	return slices.DeleteFunc(in, func(e evidence.Effect) bool {
		none := e.Event1 != nil && e.Event2 != nil && *e.Event1 == 0 && *e.Event2 == 0
		if none {
			*gone = append(*gone, exclusion(e, CodeNoEvents, "no event in either arm: a ratio carries no information"))
		}
		return none
	})
}

// once keeps each comparison of a study once, whichever sources give it.
func once(in []evidence.Effect, sel *Selection) []evidence.Effect {
	groups := map[string][]evidence.Effect{}
	var keys []string
	for _, e := range in {
		k := strings.Join([]string{e.Instrument, e.ScoreType, weeks(e), e.TimepointRaw, e.ArmTreat, e.DoseTreat, e.ComparatorClass, e.ArmCtrl,
			e.DoseCtrl}, "\x00")
		if groups[k] == nil {
			keys = append(keys, k)
		}
		groups[k] = append(groups[k], e)
	}
	slices.Sort(keys)
	var out []evidence.Effect
	for _, k := range keys {
		one, code, why := Question{}.bySource(groups[k])
		for _, e := range groups[k] {
			if e.ID != one[0].ID {
				sel.exclude(e, code, why)
			}
		}
		out = append(out, one...)
	}
	return out
}

func inPlotOrder(a, b evidence.Effect) int {
	return cmp.Or(cmp.Compare(a.Year, b.Year), strings.Compare(a.StudyLabel, b.StudyLabel), strings.Compare(a.ID, b.ID))
}

func byLabel(a, b evidence.Exclusion) int {
	return cmp.Or(strings.Compare(a.Label, b.Label), strings.Compare(a.EffectID, b.EffectID))
}

func (s *Selection) exclude(e evidence.Effect, code, why string) {
	s.Excluded = append(s.Excluded, exclusion(e, code, why))
}

func exclusion(e evidence.Effect, code, why string) evidence.Exclusion {
	return evidence.Exclusion{EffectID: e.ID, StudyID: e.StudyID, Label: e.StudyLabel, Code: code, Reason: why}
}

// rowReason is what speaks against a single row, whatever its neighbours.
func (q Question) rowReason(e evidence.Effect, misfit Misfit) (code, why string) {
	switch {
	case !slices.Contains(q.Scores, e.ScoreType):
		return CodeMeasure, fmt.Sprintf("reported as %s; the question pools %s", scoreWords(e.ScoreType), scoresWords(q.Scores))
	case misfit.Code == CodePopulation || misfit.Code == CodeDesign:
		return misfit.Code, misfit.Why
	case e.Mean1 == nil && e.Event1 == nil && e.Measure != "" && e.Measure != q.Measure:
		return CodeMeasure, fmt.Sprintf("a contrast given as %s; the question pools %s", e.Measure, q.Measure)
	case q.InstrumentsOnly && !slices.Contains(q.Instruments, e.Instrument):
		return CodeInstrument, "the instrument is " + plain(e.Instrument) + ", the question takes " + plainAll(q.Instruments)
	case e.PostCrossover == evidence.Yes:
		return CodePostCrossover, "measured after the crossover, when both groups had received the drug"
	case misfit.Code == CodeComparator:
		return misfit.Code, misfit.Why
	case q.leftOut(e) != "":
		return CodePlan, "the plan leaves the study out: " + q.leftOut(e)
	case e.TimepointWeeks != nil && q.Time.Min == nil && *e.TimepointWeeks <= 0:
		return CodeTime, "measured before the dose or on its day: no outcome of the treatment"
	case q.outsideWindow(e):
		return CodeTime, fmt.Sprintf("measured at %s weeks, outside the window of the question", weeks(e))
	case e.Verdict != evidence.Usable:
		return CodeVerdict, verdictWords(e)
	}
	return "", ""
}

// outsideWindow reports whether a row was measured before or after the question's
// window of time.
func (q Question) outsideWindow(e evidence.Effect) bool {
	w := e.TimepointWeeks
	return w != nil && (q.Time.Min != nil && *w < *q.Time.Min || q.Time.Max != nil && *w > *q.Time.Max)
}

// leftOut is the plan's reason to leave out the study of an effect; "" is none.
func (q Question) leftOut(e evidence.Effect) string {
	for _, x := range q.Exclude {
		if x.Study == e.StudyLabel || x.Study == e.StudyID {
			return x.Reason
		}
	}
	return ""
}

// byInstrument keeps the most preferred instrument that the study reports,
// or the one that the source calls primary.
func (q Question) byInstrument(in []evidence.Effect) ([]evidence.Effect, string, string) {
	best := len(q.Instruments)
	for _, e := range in {
		if i := slices.Index(q.Instruments, e.Instrument); i >= 0 && i < best {
			best = i
		}
	}
	if best < len(q.Instruments) {
		want := q.Instruments[best]
		return filter(in, func(e evidence.Effect) bool { return e.Instrument == want }), CodeInstrument, "the question prefers " + plain(want)
	}
	if out := filter(in, func(e evidence.Effect) bool { return e.PrimaryInstrument }); len(out) > 0 {
		return out, CodeInstrument, "not the source's primary instrument (" + plain(out[0].Instrument) + ")"
	}
	return in, "", ""
}

func (q Question) byTime(in []evidence.Effect) ([]evidence.Effect, string, string) {
	switch q.Time.Rule {
	case "primary", "primary-or-latest":
		if out := filter(in, func(e evidence.Effect) bool { return e.PrimaryTime }); len(out) > 0 {
			return out, CodeTime, "not the source's primary time point (" + out[0].TimepointRaw + ")"
		}
		if q.Time.Rule == "primary" {
			return nil, CodeTime, "the source declares no primary time point for this outcome, and the plan takes no other"
		}
		return keepBest(in, CodeTime, "the source declares no primary time point; the latest is taken",
			func(e evidence.Effect) float64 { return weeksOr(e, -1) })
	case "closest":
		return keepBest(in, CodeTime, "another time point is closer to the declared one", func(e evidence.Effect) float64 {
			d := weeksOr(e, 1e6) - *q.Time.Target
			if d < 0 {
				d = -d + 1e-9 // ties go to the later
			}
			return -d
		})
	}
	return keepBest(in, CodeTime, "a later time point is taken", func(e evidence.Effect) float64 { return weeksOr(e, -1) })
}

// byArms keeps the pair with the highest (or the lowest) treatment dose
// against the lowest control, so that no participant is counted twice and no
// dose arm is taken for a placebo.
func (q Question) byArms(in []evidence.Effect) ([]evidence.Effect, string, string) {
	if q.Arms == ArmsAll || len(in) < 2 {
		return in, "", ""
	}
	sign, word := 1.0, "highest"
	if q.Arms == ArmsLowest {
		sign, word = -1, "lowest"
	}
	out := in
	if dosesOrdered(in) {
		out, _, _ = keepBest(in, "", "", func(e evidence.Effect) float64 { return sign * doseOf(e).amount })
	}
	out, _, _ = keepBest(out, "", "", func(e evidence.Effect) float64 { return -controlDose(e) })
	if len(out) == len(in) {
		return in, "", ""
	}
	return out, CodeArm, "the plan takes the " + word + " dose against the lowest control of a study"
}

// orderedArms takes no row of a study whose plan leaves several pairs of different
// people: to take one of them would be a choice that the plan does not make.
func (q Question) orderedArms(in []evidence.Effect) ([]evidence.Effect, string, string) {
	if q.Arms == ArmsAll {
		return in, "", ""
	}
	best := 0
	for _, e := range in {
		best = max(best, channelRank[e.Channel])
	}
	pairs := map[string][]string{} // of one table of one source
	for _, e := range in {
		table, pair := pairOf(e)
		if channelRank[e.Channel] == best && !slices.Contains(pairs[table], pair) {
			pairs[table] = append(pairs[table], pair)
		}
	}
	for _, table := range sortedKeys(pairs) {
		if list := pairs[table]; len(list) > 1 {
			slices.Sort(list)
			return nil, CodeUnordered, fmt.Sprintf("the plan takes one pair of arms of a study, and %s are of different people "+
				"whose order of doses is not stated: name the doses, or take all arms", strings.Join(list, "; "))
		}
	}
	return in, "", ""
}

// pairOf names the table of a source that a row is from and its two arms: rows of
// one table with other arms are of other people.
func pairOf(e evidence.Effect) (table, pair string) {
	pair = strings.TrimSpace(orNone(cmp.Or(e.ArmTreat, e.DoseTreat)) + " v " + orNone(cmp.Or(e.ArmCtrl, e.Comparator)))
	if at := strings.LastIndex(e.ID, "/"); e.Channel == "register" && at > 0 {
		return e.ID[:at], pair + " (" + e.ID[at+1:] + ")"
	}
	arms := ""
	if e.ArmTreat != "" || e.DoseTreat != "" {
		arms = "named"
	}
	return strings.Join([]string{e.Channel, e.DOI, e.Instrument, e.ScoreType, weeks(e), e.TimepointRaw, arms}, "\x00"), pair
}

// channelRank orders sources: the register's posted numbers before a dataset's, a
// dataset's before a paper's.
var channelRank = map[string]int{"register": 3, "dataset": 2, "paper": 1}

// bySource keeps one row where two sources give the same comparison: the
// register's posted numbers before a dataset's, a dataset's before a paper's.
func (q Question) bySource(in []evidence.Effect) ([]evidence.Effect, string, string) {
	if len(in) < 2 {
		return in, "", ""
	}
	if q.Arms == ArmsAll {
		return perComparison(in)
	}
	out, _, _ := keepBest(in, "", "", func(e evidence.Effect) float64 { return float64(channelRank[e.Channel]) })
	slices.SortFunc(out, func(a, b evidence.Effect) int { return strings.Compare(a.ID, b.ID) })
	return out[:1], CodeDuplicate, "the study gives this comparison more than once; " + out[0].ID + " is taken"
}

// perComparison keeps one row for each pair of arms.
func perComparison(in []evidence.Effect) (out []evidence.Effect, code, why string) {
	groups := map[string][]evidence.Effect{}
	var keys []string
	for _, e := range in {
		k := strings.Join([]string{e.ArmTreat, e.DoseTreat, e.ComparatorClass, e.ArmCtrl, e.DoseCtrl}, "\x00")
		if groups[k] == nil {
			keys = append(keys, k)
		}
		groups[k] = append(groups[k], e)
	}
	slices.Sort(keys)
	for _, k := range keys {
		one, _, _ := Question{}.bySource(groups[k])
		out = append(out, one...)
	}
	return out, CodeDuplicate, "the study gives this pair of arms more than once"
}

// reasonCode is the code in front of a reason that is a sentence by itself.
var reasonCode = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*: `)

// verdictWords says why a row may not be used, without the code of the reason.
func verdictWords(e evidence.Effect) string {
	what := map[evidence.Verdict]string{evidence.NeedsReview: "a person has to look at it first",
		evidence.Unusable: "its numbers cannot be used"}[e.Verdict]
	if what == "" {
		what = string(e.Verdict)
	}
	return what + ": " + reasonCode.ReplaceAllString(e.Reason, "")
}

var scoreNames = map[string]string{"endpoint": "endpoint scores", "change": "change scores",
	"response": "the share of people who responded", "remission": "the share of people in remission", "events": "counts of events"}

func scoreWords(id string) string {
	if n := scoreNames[id]; n != "" {
		return n
	}
	return orNone(id)
}

func scoresWords(ids []string) string {
	var out []string
	for _, id := range ids {
		out = append(out, scoreWords(id))
	}
	return strings.Join(out, ", ")
}

func filter(in []evidence.Effect, ok func(evidence.Effect) bool) []evidence.Effect {
	var out []evidence.Effect
	for _, e := range in {
		if ok(e) {
			out = append(out, e)
		}
	}
	return out
}

func keepBest(in []evidence.Effect, code, why string, score func(evidence.Effect) float64) ([]evidence.Effect, string, string) {
	var out []evidence.Effect
	best := 0.0
	for i, e := range in {
		s := score(e)
		switch {
		case i == 0 || s > best:
			best, out = s, []evidence.Effect{e}
		case s == best:
			out = append(out, e)
		}
	}
	return out, code, why
}

func weeksOr(e evidence.Effect, missing float64) float64 {
	if e.TimepointWeeks == nil {
		return missing
	}
	return *e.TimepointWeeks
}

func weeks(e evidence.Effect) string { return strconv.FormatFloat(weeksOr(e, 0), 'f', -1, 64) }

func orNone(s string) string {
	if s == "" {
		return "not stated"
	}
	return s
}
