package synthesis

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"past/internal/evidence"
	"past/internal/vocab"
)

// The kinds of row of the sexual and relational layer.
const (
	LayerPlanned  = "planned outcome"
	LayerPosted   = "posted result"
	LayerItem     = "single item" // an item of a scale of another domain
	LayerHarm     = "adverse event"
	LayerMeasured = "measured, no number on file"
)

// LayerInput is what the layer is made from: outcomes planned and posted by any
// stored trial, and adverse events.
type LayerInput struct {
	Studies []evidence.Study
	About   map[string]StudyTopics // study id → what it is about
	// Planned are the planned outcomes of each record, Readings what they measure.
	Planned  map[string][]evidence.PlannedOutcome
	Readings []evidence.PlannedReading
	Results  []evidence.ArmResult
	Harms    []evidence.HarmRow
	// Posted are the outcomes of each record that has posted results, by folded
	// title, and whether one has a value.
	Posted map[string]map[string]bool
	// Notices are what was done to reports; a count from a retracted one says so.
	Notices []evidence.Notice
	// Measured are outcomes that a report says were measured, without a number.
	Measured []evidence.LayerRow
}

// itemWords find single items of depression and other scales that ask about
// sexual interest or genital symptoms.
var itemWords = regexp.MustCompile(`(?i)\b(genital symptoms?|sexual interest item|libido item|interest in sex item|item ` +
	`(14|21)[^.]{0,30}(genital|sex|libido))\b`)

// SexualItem reports whether a planned outcome is a single item on sexual interest
// or genital symptoms.
func SexualItem(p evidence.PlannedOutcome) bool {
	return itemWords.MatchString(p.Measure + " " + p.Description)
}

// SexualLayer lists every sexual or relational outcome that a stored trial
// planned, posted or counted as an adverse event. Outcomes that were planned and
// are absent from the posted results come first, then those not yet reported.
func SexualLayer(in LayerInput) []evidence.LayerRow {
	study := map[string]*evidence.Study{}
	for i := range in.Studies {
		for _, r := range in.Studies[i].Records {
			study[r] = &in.Studies[i]
		}
	}
	row := func(record string) evidence.LayerRow {
		out := evidence.LayerRow{RecordID: record}
		if s := study[record]; s != nil {
			c := Candidate{Substances: s.Substances, Aside: in.About[s.ID].Aside}
			out.StudyID, out.Label, out.Substances = s.ID, s.Label, c.compares()
		}
		return out
	}
	var out []evidence.LayerRow
	posted := postedOutcomes(in, row, &out)
	plannedOutcomes(in, row, posted, &out)
	for _, m := range in.Measured {
		x := row(m.RecordID)
		m.StudyID, m.Label = x.StudyID, cmp.Or(m.Label, x.Label)
		if len(x.Substances) > 0 {
			m.Substances = x.Substances
		}
		m.Kind = LayerMeasured
		out = append(out, m)
	}
	retracted := retractedReports(in.Notices)
	for _, h := range in.Harms {
		if !h.Sexual {
			continue
		}
		if h.DOI != "" && retracted[strings.ToLower(h.DOI)] {
			h.Term += " (its report was retracted)"
		}
		x := row(h.RecordID)
		x.StudyID, x.Label = cmp.Or(x.StudyID, h.StudyID), cmp.Or(x.Label, h.Label)
		if len(x.Substances) == 0 && h.Substance != "" {
			x.Substances = []string{h.Substance}
		}
		x.Kind, x.What, x.Arm, x.TimeFrame, x.Prov = LayerHarm, h.Term, h.Arm, h.Window, h.Prov
		x.Affected, x.AtRisk, x.Unit = h.Affected, h.AtRisk, h.Unit
		out = append(out, x)
	}
	slices.SortStableFunc(out, func(a, b evidence.LayerRow) int {
		return cmp.Or(cmp.Compare(layerOrder(a), layerOrder(b)), strings.Compare(a.StudyID, b.StudyID), strings.Compare(a.What, b.What),
			strings.Compare(a.Arm, b.Arm))
	})
	return out
}

func layerOrder(r evidence.LayerRow) int {
	switch {
	case r.Kind == LayerPlanned && r.Reported != nil && !*r.Reported:
		return 0
	case r.Kind == LayerPlanned && r.Reported == nil:
		return 1
	case r.Kind == LayerItem:
		return 2
	case r.Kind == LayerPosted:
		return 3
	case r.Kind == LayerPlanned:
		return 4
	case r.Kind == LayerMeasured:
		return 5
	}
	return 6
}

// FoldTitle is the title of an outcome for comparing a plan with posted results:
// words and numbers in lower case.
func FoldTitle(title string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(title), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), " ")
}

type measuredOutcome struct{ record, instrument, domain string }

// postedOutcomes adds each posted outcome once and gives what was posted.
func postedOutcomes(in LayerInput, row func(string) evidence.LayerRow, out *[]evidence.LayerRow) map[measuredOutcome]bool {
	posted := map[measuredOutcome]bool{}
	type key struct {
		record  string
		outcome int
	}
	at := map[key]int{}
	for _, a := range in.Results {
		if !vocab.Default().SexualDomain(a.Domain) || a.Channel != "register" {
			continue
		}
		posted[measuredOutcome{a.RecordID, a.Instrument, a.Domain}] = true
		k := key{a.RecordID, a.OutcomeIndex}
		i, ok := at[k]
		if !ok {
			i = len(*out)
			at[k] = i
			x := row(a.RecordID)
			x.Kind, x.What, x.Instrument, x.Domain, x.TimeFrame, x.Prov = LayerPosted, a.OutcomeTitle, a.Instrument, a.Domain, a.TimepointRaw, a.Prov
			*out = append(*out, x)
		}
		x := &(*out)[i]
		x.Cells++
		if a.Verdict == evidence.Usable {
			x.Usable++
		}
	}
	return posted
}

func plannedOutcomes(in LayerInput, row func(string) evidence.LayerRow, posted map[measuredOutcome]bool, out *[]evidence.LayerRow) {
	read := map[string]map[int]evidence.PlannedReading{}
	for _, r := range in.Readings {
		if vocab.Default().SexualDomain(r.Domain) {
			if read[r.RecordID] == nil {
				read[r.RecordID] = map[int]evidence.PlannedReading{}
			}
			read[r.RecordID][r.OutcomeIndex] = r
		}
	}
	records := make([]string, 0, len(in.Planned))
	for id := range in.Planned {
		records = append(records, id)
	}
	slices.Sort(records)
	for _, id := range records {
		for i, p := range in.Planned[id] {
			x := row(id)
			x.What, x.TimeFrame, x.OutcomeType, x.Prov.Pointer = p.Measure, p.TimeFrame, p.Type, p.Pointer
			reading, ok := read[id][i]
			switch {
			case ok:
				x.Kind, x.Instrument, x.Domain = LayerPlanned, reading.Instrument, reading.Domain
				if titles := in.Posted[id]; titles != nil {
					reported := posted[measuredOutcome{id, reading.Instrument, reading.Domain}] || titles[FoldTitle(p.Measure)]
					x.Reported = &reported
				}
			case SexualItem(p):
				x.Kind, x.Domain = LayerItem, "sexual-function"
			default:
				continue
			}
			*out = append(*out, x)
		}
	}
}
