package ctgov

import (
	_ "embed"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"past/crawler/xmltree"
	"past/internal/evidence"
)

//go:embed legacy.txt
var legacyText string

// rule reads one field of API v2 from an element.
type rule struct {
	name  string
	paths []string // in the order of choice; none is the object around it
	fixed string
	kids  []rule
}

// legacyRules are those of legacy.txt.
var legacyRules = sync.OnceValue(func() []rule {
	root := &rule{}
	way := []*rule{root}
	for _, line := range strings.Split(legacyText, "\n") {
		text := strings.TrimLeft(line, "\t")
		if text == "" || text[0] == '#' {
			continue
		}
		depth := len(line) - len(text)
		name, path, _ := strings.Cut(text, " ")
		r := rule{name: name}
		switch {
		case strings.HasPrefix(path, "="):
			r.fixed = path[1:]
		case path != "":
			r.paths = strings.Split(path, "|")
		}
		parent := way[depth]
		parent.kids = append(parent.kids, r)
		way = append(way[:depth+1], &parent.kids[len(parent.kids)-1])
	}
	return root.kids
})

// readLegacy reads a <clinical_study> of the register's former XML.
func readLegacy(root *xmltree.Node) *draft {
	s := newStudy()
	modernise(root)
	for _, r := range legacyRules() {
		r.apply(s, spot{root, "/clinical_study"})
	}
	top := spot{root, "/clinical_study"}
	design := s.sub("protocolSection", "designModule")
	if m := top.at("study_design_info/masking"); m != nil {
		design.sub("designInfo", "maskingInfo").masking(m.text(), m.path)
	}
	if m := top.at("phase"); m != nil {
		design.phases(m.text(), m.path)
	}
	if m := top.at("study_type"); m != nil && strings.Contains(m.text(), "Patient Registry") {
		design.set("patientRegistry", "true", m.path)
	}
	s.armNames()
	s.numberGroups()
	if res := top.at("clinical_results"); res != nil {
		s.set("hasResults", "true", res.path)
		s.outcomeStates()
		if ev := res.at("reported_events"); ev != nil {
			s.legacyEvents(ev.at("serious_events"), "seriousEvents", "serious")
			s.legacyEvents(ev.at("other_events"), "otherEvents", "other")
		}
	}
	return s
}

// spot is an element and its XPath.
type spot struct {
	n    *xmltree.Node
	path string
}

// all gives the elements at a path below the spot.
func (s spot) all(path string) []spot {
	out := []spot{s}
	for _, step := range strings.Split(path, "/") {
		if step == "." {
			continue
		}
		var next []spot
		for _, x := range out {
			for i, n := range x.n.All(step) {
				path := n.Attr(movedFrom)
				if path == "" {
					path = fmt.Sprintf("%s/%s[%d]", x.path, step, i+1)
				}
				next = append(next, spot{n, path})
			}
		}
		out = next
	}
	return out
}

func (s spot) at(path string) *spot {
	if all := s.all(path); len(all) > 0 {
		return &all[0]
	}
	return nil
}

func (s spot) text() string { return plainLines(s.n) }

// value gives a scalar at a path, which may end in an attribute.
func (s spot) value(path string) (text, at string) {
	elem, attr, isAttr := strings.Cut(path, "@")
	x := &s
	if elem = strings.TrimSuffix(elem, "/"); elem != "" && elem != "." {
		x = s.at(elem)
	}
	switch {
	case x == nil:
		return "", ""
	case isAttr:
		return x.n.Attr(attr), x.path + "/@" + attr
	case strings.HasSuffix(path, "textblock"):
		return reflow(x.n.Raw()), x.path
	}
	return x.text(), x.path
}

func (r rule) apply(p *draft, s spot) {
	kind := p.f.kids[p.f.kid(r.name)].kind
	switch {
	case kind == object:
		k := p.sub(r.name)
		k.at = s.path
		for _, c := range r.kids {
			c.apply(k, s)
		}
	case kind == objects:
		for _, path := range r.paths {
			all := s.all(path)
			for _, x := range all {
				k := p.add(r.name, x.path)
				for _, c := range r.kids {
					c.apply(k, x)
				}
			}
			if len(all) > 0 {
				return
			}
		}
	case kind.list():
		for _, path := range r.paths {
			for _, x := range s.all(path) {
				p.set(r.name, x.text(), x.path)
			}
		}
	case r.fixed != "":
		p.set(r.name, r.fixed, s.path)
	default:
		for _, path := range r.paths {
			if text, at := s.value(path); text != "" {
				p.set(r.name, text, at)
				return
			}
		}
	}
}

// movedFrom is the attribute of an element that [modernise] put elsewhere or made:
// the XPath of what it was read from.
const movedFrom = " from"

// elem makes an element of what is at path.
func elem(name, path string, kids ...xmltree.Node) xmltree.Node {
	return xmltree.Node{Name: name, Attrs: []xmltree.Attr{{Name: movedFrom, Value: path}}, Kids: kids}
}

func textElem(name, path, text string) xmltree.Node {
	return elem(name, path, xmltree.Node{Data: text})
}

// modernise gives records from before 2017 the elements of the last public.xsd: a
// design of one text, "Both" sexes, outcomes with a list of measures whose
// first ones are the numbers of people and units, and rows without classes.
func modernise(root *xmltree.Node) {
	const top = "/clinical_study"
	if d := root.Get("study_design"); d.Is() && !root.Get("study_design_info").Is() {
		root.Kids = append(root.Kids, designInfo(d.Text(), top+"/study_design[1]"))
	}
	if g := root.At("eligibility", "gender"); strings.EqualFold(g.Text(), "Both") {
		g.Kids = []xmltree.Node{{Data: "All"}}
	}
	res := root.Get("clinical_results")
	for i, o := range res.Get("outcome_list").All("outcome") {
		at := fmt.Sprintf("%s/clinical_results[1]/outcome_list[1]/outcome[%d]", top, i+1)
		if list := o.Get("measure_list"); list.Is() && !o.Get("measure").Is() {
			joinMeasures(o, list.All("measure"), at+"/measure_list[1]")
		}
		if m := o.Get("measure"); m.Is() {
			path := m.Attr(movedFrom)
			if path == "" {
				path = at + "/measure[1]"
			}
			rowsAsClasses(m, path)
		}
	}
	for i, m := range res.At("baseline", "measure_list").All("measure") {
		path := fmt.Sprintf("%s/clinical_results[1]/baseline[1]/measure_list[1]/measure[%d]", top, i+1)
		for j := range m.Kids {
			if m.Kids[j].Name == "category_list" {
				m.Kids[j] = elem("class_list", path, elem("class", path, m.Kids[j]))
			}
		}
	}
}

var designKey = regexp.MustCompile(`(Allocation|Endpoint Classification|Intervention Model|Masking|Primary Purpose|` +
	`Observational Model|Time Perspective):\s*`)

// formerDesign are words of designs from before 2009, which had no keys.
var formerDesign = map[string]string{"Randomized": "allocation", "Non-Randomized": "allocation", "Open Label": "masking",
	"Single Blind": "masking", "Double-Blind": "masking", "Treatment": "primary_purpose", "Prevention": "primary_purpose",
	"Diagnostic": "primary_purpose", "Supportive Care": "primary_purpose", "Screening": "primary_purpose"}

// designInfo reads "Allocation:  Randomized, Masking:  Open Label, …" and, as of
// before 2009, "Treatment, Randomized, Open Label, …".
func designInfo(text, path string) xmltree.Node {
	info := elem("study_design_info", path)
	for _, word := range strings.Split(text, ",") {
		word = strings.TrimSpace(word)
		switch key := formerDesign[word]; {
		case key == "masking":
			info.Kids = append(info.Kids, textElem(key, path, formerMasking(word)))
		case key != "":
			info.Kids = append(info.Kids, textElem(key, path, word))
		case strings.HasSuffix(word, " Assignment") && !strings.Contains(word, ":"):
			info.Kids = append(info.Kids, textElem("intervention_model", path, word))
		}
	}
	keys := designKey.FindAllStringSubmatchIndex(text, -1)
	for i, k := range keys {
		end := len(text)
		if i+1 < len(keys) {
			end = keys[i+1][0]
		}
		key := strings.ToLower(strings.ReplaceAll(text[k[2]:k[3]], " ", "_"))
		value := strings.TrimRight(strings.TrimSpace(text[k[1]:end]), ", ")
		if key == "masking" {
			value = formerMasking(value)
		}
		info.Kids = append(info.Kids, textElem(key, path, value))
	}
	return info
}

// formerMasking puts "Double Blind (Subject, Caregiver)" into the words of today,
// which count the roles.
func formerMasking(s string) string {
	if strings.EqualFold(s, "Open Label") {
		return "None (Open Label)"
	}
	kind, roles, ok := strings.Cut(s, "(")
	kind = strings.TrimSuffix(strings.ReplaceAll(strings.TrimSpace(kind), "-", " "), " Blind")
	if !ok {
		return kind
	}
	roles = strings.NewReplacer("Subject", "Participant", "Caregiver", "Care Provider").Replace(roles)
	if n := strings.Count(roles, ",") + 1; n <= 4 {
		kind = []string{"Single", "Double", "Triple", "Quadruple"}[n-1]
	}
	return kind + " (" + roles
}

// joinMeasures makes the last of an outcome's measures its own, and those before it
// the denominators.
func joinMeasures(o *xmltree.Node, measures []*xmltree.Node, at string) {
	if len(measures) == 0 {
		return
	}
	last := len(measures) - 1
	counts := measures[:last]
	own := *measures[last]
	if last == 0 && own.Get("title").Text() == "Number of Participants" && o.Get("title").Text() != "Number of Participants" {
		counts, own = measures, xmltree.Node{Name: "measure"} // the people alone were posted
	}
	path := fmt.Sprintf("%s/measure[%d]", at, last+1)
	own.Attrs = append(own.Attrs, xmltree.Attr{Name: movedFrom, Value: path})
	var people, others []xmltree.Node
	for i, m := range counts {
		from := fmt.Sprintf("%s/measure[%d]", at, i+1)
		units := m.Get("units").Text()
		to := &others
		if strings.EqualFold(units, "participants") {
			units, to = "Participants", &people
		} else {
			own.Kids = append(own.Kids, textElem("units_analyzed", from, units))
		}
		sizes := elem("count_list", from)
		for j, c := range m.At("category_list", "category", "measurement_list").All("measurement") {
			n := elem("count", fmt.Sprintf("%s/category_list[1]/category[1]/measurement_list[1]/measurement[%d]", from, j+1))
			n.Attrs = append(n.Attrs, c.Attrs...)
			sizes.Kids = append(sizes.Kids, n)
		}
		*to = append(*to, elem("analyzed", from, textElem("units", from, units), textElem("scope", from, "Overall"), sizes))
	}
	own.Kids = append(own.Kids, elem("analyzed_list", at, append(people, others...)...))
	o.Kids = append(o.Kids, own)
}

// rowsAsClasses makes each row of a measure without classes a class, as the
// register did when it introduced them.
func rowsAsClasses(m *xmltree.Node, path string) {
	for i := range m.Kids {
		if m.Kids[i].Name != "category_list" {
			continue
		}
		list := elem("class_list", path)
		for j, row := range m.Kids[i].All("category") {
			at := fmt.Sprintf("%s/category_list[1]/category[%d]", path, j+1)
			class := elem("class", at)
			for _, name := range []string{"sub_title", "title"} {
				if t := row.Get(name); t.Is() {
					class.Kids = append(class.Kids, textElem("title", at+"/"+name+"[1]", t.Text()))
				}
			}
			cells := elem("category", at, *row.Get("measurement_list"))
			class.Kids = append(class.Kids, elem("category_list", path+"/category_list[1]", cells))
			list.Kids = append(list.Kids, class)
		}
		m.Kids[i] = list
	}
}

// numberGroups writes the ids of result groups as API v2 does.
func (p *draft) numberGroups() {
	for i, k := range p.kids {
		name := p.f.kids[i].name
		switch {
		case name == "groupId":
			k.text = groupID(k.text)
		case name == "groupIds":
			for _, x := range k.items {
				x.text = groupID(x.text)
			}
		case name == "groups" || name == "eventGroups":
			for _, g := range k.items {
				if id := g.has("id"); id != nil {
					id.text = groupID(id.text)
				}
			}
		default:
			k.numberGroups()
			for _, x := range k.items {
				x.numberGroups()
			}
		}
	}
}

// outcomeStates says of each outcome whether its results were posted, and
// keeps the words of its dispersion as API v2 does there.
func (p *draft) outcomeStates() {
	list := p.has("resultsSection", "outcomeMeasuresModule", "outcomeMeasures")
	if list == nil {
		return
	}
	for _, o := range list.items {
		state := "NOT_POSTED"
		if o.has("classes") != nil || o.has("denoms") != nil {
			state = "POSTED"
		}
		o.set("reportingStatus", state, o.at)
	}
}

// legacyEvents reads a table of adverse events. Its sums belong to the groups
// in API v2; they are kept as rows too, as they were posted.
func (p *draft) legacyEvents(table *spot, list, prefix string) {
	if table == nil {
		return
	}
	module := p.sub("resultsSection", "adverseEventsModule")
	vocabulary, _ := table.value("default_vocab")
	assessment, _ := table.value("default_assessment")
	for _, c := range table.all("category_list/category") {
		system, systemAt := c.value("title")
		for _, ev := range c.all("event_list/event") {
			e := module.add(list, ev.path)
			for _, v := range [...]struct{ name, path, standard string }{
				{"term", "sub_title", ""}, {"sourceVocabulary", "sub_title/@vocab", vocabulary},
				{"assessmentType", "assessment", assessment}, {"notes", "description", ""},
			} {
				text, at := ev.value(v.path)
				if text == "" {
					text, at = v.standard, table.path
				}
				e.set(v.name, text, at)
			}
			e.set("organSystem", system, systemAt)
			for _, n := range ev.all("counts") {
				st := e.add("stats", n.path)
				st.set("groupId", groupID(n.n.Attr("group_id")), n.path+"/@group_id")
				st.set("numEvents", n.n.Attr("events"), n.path+"/@events")
				st.set("numAffected", n.n.Attr("subjects_affected"), n.path+"/@subjects_affected")
				st.set("numAtRisk", n.n.Attr("subjects_at_risk"), n.path+"/@subjects_at_risk")
				if system == evidence.TotalSystem {
					module.groupTotal(n, prefix)
				}
			}
		}
	}
}

// groupTotal gives a group of the adverse events its sum.
func (p *draft) groupTotal(n spot, prefix string) {
	if g := p.find("eventGroups", "id", groupID(n.n.Attr("group_id"))); g != nil {
		g.set(prefix+"NumAffected", n.n.Attr("subjects_affected"), n.path+"/@subjects_affected")
		g.set(prefix+"NumAtRisk", n.n.Attr("subjects_at_risk"), n.path+"/@subjects_at_risk")
	}
}

// plainLines is the text of an element with its line breaks.
func plainLines(n *xmltree.Node) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(n.Raw(), "\r\n", "\n"), "\r", ""))
}

// reflow joins the wrapped lines of a text block: paragraphs stand apart by an
// empty line, items of lists begin with an asterisk, as API v2 writes them.
func reflow(s string) string {
	var out []string
	var cur strings.Builder
	bullet := false
	flush := func() {
		if cur.Len() > 0 {
			out = append(out, cur.String())
		}
		cur.Reset()
	}
	for _, line := range strings.Split(strings.ReplaceAll(s, "\r", ""), "\n") {
		t := strings.TrimSpace(line)
		item := strings.HasPrefix(t, "-  ") || strings.HasPrefix(t, "* ")
		switch {
		case t == "":
			flush()
			bullet = false
			continue
		case item:
			flush()
			bullet = true
			t = "* " + strings.TrimSpace(strings.TrimLeft(t, "-* "))
		case !bullet && numbered(t):
			flush()
		}
		if cur.Len() > 0 {
			cur.WriteByte(' ')
		}
		cur.WriteString(t)
	}
	flush()
	var b strings.Builder
	for i, p := range out {
		if i > 0 {
			if strings.HasPrefix(p, "* ") && strings.HasPrefix(out[i-1], "* ") {
				b.WriteByte('\n')
			} else {
				b.WriteString("\n\n")
			}
		}
		b.WriteString(p)
	}
	return b.String()
}

// numbered reports whether a line begins with "1. ".
func numbered(s string) bool {
	n, _, ok := strings.Cut(s, ". ")
	_, err := strconv.Atoi(n)
	return ok && err == nil
}
