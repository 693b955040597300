// Package mention finds the ids of trial registers in running text and writes
// them as the registers do. It looks for ids whose form can mean nothing else;
// it decides nothing about what a mention means.
package mention

import (
	"regexp"
	"slices"
	"strings"

	"past/internal/evidence"
)

// Registers that a data bank list or a text can name, with the form of their
// ids. Digits may follow the prefix after a space, a hyphen or a colon, as
// papers write them.
var forms = []struct {
	re    *regexp.Regexp
	write func(m []string) string
}{
	{regexp.MustCompile(`(?i)\bNCT[ :#-]{0,2}0?(\d{8})\b`), prefixed("NCT")},
	{regexp.MustCompile(`(?i)\bISRCTN[ :#-]{0,2}(\d{8})\b`), prefixed("ISRCTN")},
	{regexp.MustCompile(`(?i)\bACTRN[ :#-]{0,2}(\d{14})\b`), prefixed("ACTRN")},
	{regexp.MustCompile(`\b(20\d{2}-5\d{5}-\d{2})(-\d{2})?\b`), func(m []string) string { return m[1] + m[2] }},
	{regexp.MustCompile(`\b((?:19|20)\d{2}-[0-4]\d{5}-\d{2})\b`), func(m []string) string { return m[1] }},
	{regexp.MustCompile(`(?i)\bDRKS[ :#-]{0,2}(\d{8})\b`), prefixed("DRKS")},
	{regexp.MustCompile(`(?i)\bUMIN[ :#-]{0,2}(\d{9})\b`), prefixed("UMIN")},
	{regexp.MustCompile(`(?i)\bjRCT(s?\d{9,10})\b`), prefixed("jRCT")},
	{regexp.MustCompile(`(?i)\bChiCTR((?:-[A-Z]{2,4}-|-?)\d{8,10})\b`), prefixed("ChiCTR")},
	{regexp.MustCompile(`(?i)\bIRCT(\d{11,18}N\d{1,3})\b`), prefixed("IRCT")},
	{regexp.MustCompile(`(?i)\b(CTRI/\d{4}/\d{2,3}/\d{6})\b`), func(m []string) string { return strings.ToUpper(m[1]) }},
	{regexp.MustCompile(`(?i)\bPACTR(\d{15,16})\b`), prefixed("PACTR")},
	{regexp.MustCompile(`(?i)\b(RBR-[0-9a-z]{5,8})\b`), func(m []string) string { return "RBR-" + strings.ToLower(m[1][4:]) }},
	{regexp.MustCompile(`(?i)\bKCT(\d{7})\b`), prefixed("KCT")},
	{regexp.MustCompile(`(?i)\bTCTR(\d{11})\b`), prefixed("TCTR")},
	{regexp.MustCompile(`(?i)\bSLCTR/(\d{4}/\d{3})\b`), prefixed("SLCTR/")},
	{regexp.MustCompile(`(?i)\bNTR[ :-]?(\d{1,5})\b`), prefixed("NTR")},
}

func prefixed(p string) func([]string) string {
	return func(m []string) string { return p + m[1] }
}

// IDs gives the register ids in a text, each once, in the order in which they
// stand there.
func IDs(text string) []string {
	if !strings.ContainsAny(text, "0123456789") {
		return nil
	}
	type hit struct {
		at int
		id string
	}
	var hits []hit
	for _, f := range forms {
		for _, m := range f.re.FindAllStringSubmatchIndex(text, -1) {
			groups := make([]string, len(m)/2)
			for i := range groups {
				if m[2*i] >= 0 {
					groups[i] = text[m[2*i]:m[2*i+1]]
				}
			}
			hits = append(hits, hit{m[0], f.write(groups)})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return a.at - b.at })
	var out []string
	seen := map[string]bool{}
	for _, h := range hits {
		if !seen[h.id] {
			seen[h.id] = true
			out = append(out, h.id)
		}
	}
	return out
}

// Add appends the ids in a text to mentions, unless the same id is there from
// the same kind of place.
func Add(mentions []evidence.TrialMention, text, where, pointer string) []evidence.TrialMention {
	there := map[string]bool{}
	for _, m := range mentions {
		if m.Where == where {
			there[m.ID] = true
		}
	}
	for _, id := range IDs(text) { // each is in the text's list once
		if !there[id] {
			mentions = append(mentions, evidence.TrialMention{ID: id, Where: where, Pointer: pointer})
		}
	}
	return mentions
}

// AddID appends one id to mentions, unless it is there from the same kind of
// place.
func AddID(mentions []evidence.TrialMention, id, where, pointer string) []evidence.TrialMention {
	for _, m := range mentions {
		if m.ID == id && m.Where == where {
			return mentions
		}
	}
	return append(mentions, evidence.TrialMention{ID: id, Where: where, Pointer: pointer})
}
