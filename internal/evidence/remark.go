package evidence

import (
	"fmt"
	"slices"
	"strings"
)

// The kinds of remark on a pooled number.
const (
	RemarkDoubt   = "doubt"      // it may be wrong
	RemarkWorked  = "worked out" // it is not printed as it is used
	RemarkDivided = "divided"    // people of an arm that several comparisons share are divided among them
	RemarkNote    = "note"       // what the person who extracted it wrote beside it
)

// Remark is what a flag says of the number of an effect, in words for a reader.
type Remark struct {
	Kind  string `json:"kind"`
	Words string `json:"words"`
}

// Flagged is a pooled effect whose number carries remarks.
type Flagged struct {
	EffectID string   `json:"effect_id"`
	Study    string   `json:"study"`
	Weight   *float64 `json:"weight"` // percent of the result; nil where nothing is pooled
	Remarks  []Remark `json:"remarks"`
}

// Says are the words of all remarks.
func (f Flagged) Says() string {
	out := make([]string, 0, len(f.Remarks))
	for _, r := range f.Remarks {
		out = append(out, r.Words)
	}
	return strings.Join(out, "; ")
}

// rowChoice are flags on which row of a study is taken: they are no doubt about the
// number, and the finding says elsewhere what was left out.
var rowChoice = []string{"score-type", "shared-control", "reported", "adjusted", "sign turned", "kind-source", "time-source", "turned"}

// remarkKinds are the flags that say how a number came about; every other flag with a
// code is a doubt.
var remarkKinds = map[string]string{"imputed": RemarkWorked, "sd1": RemarkWorked, "sd2": RemarkWorked, "se": RemarkWorked,
	"events1": RemarkWorked, "events2": RemarkWorked, "residual": RemarkWorked, "corrected": RemarkNote,
	"note of the extractor": RemarkNote, "shared control arm": RemarkDivided, "shared treatment arm": RemarkDivided}

// Remarks are what the flags of an effect say of its number.
func (e *Effect) Remarks() []Remark {
	var out []Remark
	for _, f := range e.Flags {
		r, ok := remarkOf(f)
		if !ok || slices.Contains(out, r) {
			continue
		}
		out = append(out, r)
	}
	return out
}

func remarkOf(flag string) (Remark, bool) {
	code, text, coded := strings.Cut(flag, ": ")
	if !coded {
		code, text = "", flag
	}
	if slices.ContainsFunc(rowChoice, func(c string) bool { return code == c || !coded && strings.HasPrefix(flag, c) }) {
		return Remark{}, false
	}
	kind, known := remarkKinds[code]
	switch {
	case code == "sd1" || code == "sd2":
		text = "standard deviations " + text
	case code == "se":
		text = "the standard error is " + text
	case strings.HasPrefix(code, "combined"):
		kind, text = RemarkWorked, flag
	case strings.HasPrefix(flag, "standardised by "), flag == HarmRounded:
		kind = RemarkWorked
		if strings.Contains(flag, "behind the standard error") || strings.Contains(flag, "from the standard errors") {
			text += ", a residual one"
		}
	case kind == RemarkNote && code != "corrected":
		text = "the extractor's note: " + text
	case kind == RemarkDivided, code == "corrected":
		text = flag
	case !known:
		kind = RemarkDoubt
	}
	return Remark{kind, strings.TrimSuffix(text, ".")}, true
}

// FlaggedOf are the effects with remarks; weights are in percent, in the order of ids.
func FlaggedOf(effects []Effect, ids []string, weights []float64) []Flagged {
	var out []Flagged
	for i := range effects {
		e := &effects[i]
		rs := e.Remarks()
		if len(rs) == 0 {
			continue
		}
		f := Flagged{EffectID: e.ID, Study: e.StudyLabel, Remarks: rs}
		if at := slices.Index(ids, e.ID); at >= 0 && at < len(weights) {
			w := weights[at]
			f.Weight = &w
		}
		out = append(out, f)
	}
	return out
}

// FlaggedShare says how much of a result rests on flagged numbers; "" for none. all
// is the number of its studies.
func FlaggedShare(list []Flagged, all int) string {
	if len(list) == 0 {
		return ""
	}
	sum, weighed := 0.0, true
	for _, f := range list {
		if f.Weight == nil {
			weighed = false
			continue
		}
		sum += *f.Weight
	}
	if all == 1 {
		return "The number of this study is flagged"
	}
	if !weighed {
		return fmt.Sprintf("The numbers of %d of %d studies are flagged", len(list), all)
	}
	return fmt.Sprintf("Flagged numbers hold %.0f %% of the weight (%d of %d studies)", sum, len(list), all)
}
