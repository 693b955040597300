package ctgov

import (
	_ "embed"
	"fmt"
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
	classless(root)
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
				next = append(next, spot{n, fmt.Sprintf("%s/%s[%d]", x.path, step, i+1)})
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

// classless puts the categories of measures from before 2017, which had no
// classes, into one class.
func classless(root *xmltree.Node) {
	res := root.Get("clinical_results")
	var measures []*xmltree.Node
	for _, o := range res.Get("outcome_list").All("outcome") {
		measures = append(measures, o.All("measure")...)
	}
	measures = append(measures, res.At("baseline", "measure_list").All("measure")...)
	for _, m := range measures {
		for i := range m.Kids {
			if m.Kids[i].Name == "category_list" {
				m.Kids[i] = xmltree.Node{Name: "class_list", Kids: []xmltree.Node{{Name: "class", Kids: []xmltree.Node{m.Kids[i]}}}}
			}
		}
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
