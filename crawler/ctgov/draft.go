package ctgov

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"past/crawler/jsontree"
)

// draft is a node of a study that another format gave, in the shape of API v2.
// Studies of every format are read by the same code, and their pointers are
// those of the v2 record; where a value came from is kept beside it.
type draft struct {
	f     *field
	text  string // of a scalar
	at    string // the place in the payload: an XPath, a column
	items []*draft
	kids  map[int]*draft // of an object, by the index of its field
}

// newStudy begins a study.
func newStudy() *draft { return &draft{f: fieldTree()} }

// sub gives the object below p at the names, made where it is not yet there.
func (p *draft) sub(names ...string) *draft {
	for _, n := range names {
		p = p.member(n)
	}
	return p
}

func (p *draft) member(name string) *draft {
	i := p.f.kid(name)
	k := p.kids[i]
	if k == nil {
		k = &draft{f: &p.f.kids[i], at: p.at}
		if p.kids == nil {
			p.kids = map[int]*draft{}
		}
		p.kids[i] = k
	}
	return k
}

// has gives a member that was set, nil when there is none.
func (p *draft) has(names ...string) *draft {
	for _, n := range names {
		if p == nil {
			return nil
		}
		p = p.kids[p.f.kid(n)]
	}
	return p
}

// set gives a scalar its text in the words of API v2, or adds it to a list of
// scalars; an empty text sets nothing.
func (p *draft) set(name, text, at string) {
	i := p.f.kid(name)
	kind := p.f.kids[i].kind
	if text = inWords(kind, text); text == "" {
		return
	}
	m := p.member(name)
	if kind.list() {
		m.items = append(m.items, &draft{f: &field{name: name, kind: kind}, text: text, at: at})
		return
	}
	m.text, m.at = text, at
}

// add appends an object to the list of this name.
func (p *draft) add(name, at string) *draft {
	m := p.member(name)
	k := &draft{f: &field{name: name, kind: object, kids: m.f.kids}, at: at}
	m.items = append(m.items, k)
	return k
}

// empty reports whether nothing was set in p.
func (p *draft) empty() bool {
	for _, k := range p.kids {
		if !k.empty() {
			return false
		}
	}
	for _, k := range p.items {
		if k.text != "" || !k.empty() {
			return false
		}
	}
	return p.text == ""
}

// node gives the tree of the study, and fills places with where each value was
// read, by the pointer of the value.
func (p *draft) node(pointer string, places map[string]string) jsontree.Node {
	if places != nil {
		places[pointer] = p.at
	}
	n := jsontree.Node{Key: p.f.name}
	switch {
	case p.f.kind == object && p.f.name == "" || p.kids != nil:
		n.Kind = jsontree.Object
		for i := range p.f.kids {
			if k := p.kids[i]; k != nil && !k.empty() {
				n.Kids = append(n.Kids, k.node(pointer+"/"+k.f.name, places))
			}
		}
	case p.items != nil:
		n.Kind = jsontree.Array
		for i, k := range p.items {
			item := k.node(pointer+"/"+strconv.Itoa(i), places)
			item.Key = ""
			n.Kids = append(n.Kids, item)
		}
	case p.f.kind == object:
		n.Kind = jsontree.Object
	case p.f.kind == yesNo:
		n.Kind, n.Text = jsontree.Bool, p.text
	case p.f.kind == number:
		n.Kind, n.Text = jsontree.Number, p.text
		if _, err := strconv.ParseFloat(p.text, 64); err != nil {
			n.Kind = jsontree.String // noted as a problem where it is read
		}
	default:
		n.Kind, n.Text = jsontree.String, p.text
	}
	return n
}

// inWords puts a text of a former format into the words of API v2.
func inWords(kind fieldKind, s string) string {
	s = strings.TrimSpace(s)
	switch kind {
	case enum, enums:
		return enumWord(s)
	case dated:
		return isoDate(s)
	case yesNo:
		switch strings.ToLower(s) {
		case "yes", "true", "accepts healthy volunteers", "t", "1":
			return "true"
		case "no", "false", "f", "0":
			return "false"
		}
		return ""
	}
	return s
}

// enumWords are the words whose v2 form is not their capitals with underscores.
var enumWords = map[string]string{
	"n/a": "NA", "not applicable": "NA", "n/a (not applicable)": "NA",
	"u.s. fed": "FED", "anticipated": "ESTIMATED", "estimate": "ESTIMATED", "unknown status": "UNKNOWN", "both": "ALL",
	"1-sided": "ONE_SIDED", "2-sided": "TWO_SIDED", "standard error of the mean": "STANDARD_ERROR_OF_MEAN",
	"observational [patient registry]": "OBSERVATIONAL", "open label": "NONE", "none (open label)": "NONE", "no masking": "NONE",
	"single blind": "SINGLE", "double blind": "DOUBLE", "double-blind": "DOUBLE", "single-blind": "SINGLE",
	"80% confidence interval": "CONFIDENCE_80", "90% confidence interval": "CONFIDENCE_90", "95% confidence interval": "CONFIDENCE_95",
	"97.5% confidence interval": "CONFIDENCE_975", "99% confidence interval": "CONFIDENCE_99",
	"geometric coefficient of variation": "GEOMETRIC_COEFFICIENT", "educational/counseling/training": "OTHER",
	"early phase 1": "EARLY_PHASE1", "phase 0": "EARLY_PHASE1", "phase 1": "PHASE1", "phase 2": "PHASE2", "phase 3": "PHASE3",
	"phase 4":       "PHASE4",
	"basic science": "BASIC_SCIENCE", "health services research": "HEALTH_SERVICES_RESEARCH",
	"subject": "PARTICIPANT", "caregiver": "CARE_PROVIDER", "care provider": "CARE_PROVIDER", "outcomes assessor": "OUTCOMES_ASSESSOR",
}

func enumWord(s string) string {
	if w, ok := enumWords[strings.ToLower(s)]; ok {
		return w
	}
	s = strings.TrimSuffix(s, " Assignment")
	var b strings.Builder
	gap := false
	for _, r := range strings.ToUpper(s) {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r > 127 {
			if gap && b.Len() > 0 {
				b.WriteByte('_')
			}
			b.WriteRune(r)
			gap = false
			continue
		}
		gap = true
	}
	return b.String()
}

// isoDate writes "August 20, 2008" and "August 2008" as API v2 does; a text of
// another form stays as it is.
func isoDate(s string) string {
	for _, f := range [...]struct{ from, to string }{
		{"January 2, 2006", time.DateOnly}, {"January 2006", "2006-01"}, {"Jan 2, 2006", time.DateOnly}, {"Jan 2006", "2006-01"},
	} {
		if t, err := time.Parse(f.from, s); err == nil {
			return t.Format(f.to)
		}
	}
	return s
}

var maskingText = regexp.MustCompile(`^([^(]*?)\s*(?:\(([^()]*(?:\([^()]*\))?[^()]*)\))?$`)

// masking reads "Double (Participant, Investigator)" into the masking block.
func (p *draft) masking(s, at string) {
	if strings.EqualFold(s, "None (Open Label)") {
		p.set("masking", "NONE", at)
		return
	}
	m := maskingText.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		p.set("masking", s, at)
		return
	}
	p.set("masking", m[1], at)
	for _, who := range strings.Split(m[2], ",") {
		p.set("whoMasked", strings.TrimSpace(strings.TrimSuffix(who, ")")), at)
	}
}

// phases reads "Phase 2/Phase 3" and "PHASE2|PHASE3".
func (p *draft) phases(s, at string) {
	if strings.EqualFold(s, "N/A") {
		p.set("phases", s, at)
		return
	}
	for _, one := range strings.FieldsFunc(s, func(r rune) bool { return r == '/' || r == '|' || r == ',' }) {
		p.set("phases", strings.TrimSpace(one), at)
	}
}

// armNames gives each arm the names of its interventions, which former formats
// state only the other way round.
func (p *draft) armNames() {
	arms := p.has("protocolSection", "armsInterventionsModule", "armGroups")
	given := p.has("protocolSection", "armsInterventionsModule", "interventions")
	if arms == nil || given == nil {
		return
	}
	for _, v := range given.items {
		name, kind := v.has("name"), v.has("type")
		labels := v.has("armGroupLabels")
		if name == nil || labels == nil {
			continue
		}
		full := name.text
		if kind != nil {
			full = typeTitle(kind.text) + ": " + full
		}
		for _, l := range labels.items {
			for _, a := range arms.items {
				if t := a.has("label"); t != nil && t.text == l.text {
					a.set("interventionNames", full, name.at)
				}
			}
		}
	}
}

// typeTitle writes BEHAVIORAL as "Behavioral", DIETARY_SUPPLEMENT as "Dietary Supplement".
func typeTitle(s string) string {
	words := strings.Split(strings.ToLower(s), "_")
	for i, w := range words {
		if w != "" {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, " ")
}

// groupPrefix are the letters of the former group ids: O1 is OG000 in API v2.
var groupPrefix = map[byte]string{'P': "FG", 'B': "BG", 'O': "OG", 'E': "EG"}

// groupID writes a former group id as API v2 does.
func groupID(s string) string {
	s = strings.TrimSpace(s)
	if len(s) < 2 || groupPrefix[s[0]] == "" {
		return s
	}
	n, err := strconv.Atoi(s[1:])
	if err != nil || n < 1 || n > 1000 {
		return s
	}
	num := strconv.Itoa(n - 1)
	return groupPrefix[s[0]] + strings.Repeat("0", max(0, 3-len(num))) + num
}
