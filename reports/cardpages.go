package reports

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"past/internal/coding"
	"past/internal/evidence"
	"past/reports/chart"
	"past/reports/internal/show"
)

// cardPage is a topic: what it means, what measures it, and what evidence there is.
type cardPage struct {
	Card     *evidence.TopicCard
	Cells    []cardCell
	Groups   []cardGroup
	Other    []otherView
	NotToSay []string
	Signed   string
}

type cardCell struct{ Substance, State, Why string }

type cardGroup struct {
	Name, None string
	Studies    []linked
}

// otherView is a report that is not a controlled trial's result.
type otherView struct {
	Reference, Design, Risk, N, Population, Instrument, Direction, Numbers, Limits, Read string
	Source                                                                               template.HTML
}

func (s *site) cardPath(topic string) string { return s.cards[topic] }

// cardPaths gives each topic card its file, before any page links to it.
func (s *site) cardPaths() {
	s.cards = map[string]string{}
	for i := range s.Ed.Cards {
		s.cards[s.Ed.Cards[i].Topic] = s.path("t/", s.Ed.Cards[i].Topic)
	}
}

func (s *site) cardPages() {
	for i := range s.Ed.Cards {
		c := &s.Ed.Cards[i]
		p := &page{Path: s.cards[c.Topic], Name: "card", Title: show.First(show.Clip(c.Name, 120)), Nav: "gaps.html",
			Description: sentence(c.Definition, 300)}
		s.add(p)
		d := &cardPage{Card: c, NotToSay: proseAll(c.NotToSay, 300)}
		for j := range c.Cells {
			g := &c.Cells[j]
			d.Cells = append(d.Cells, cardCell{s.Name(g.Substance), orDash(string(g.State)), sentence(g.Why, 300)})
		}
		group := func(name, none string, list []evidence.CardStudy) {
			g := cardGroup{Name: name, None: none}
			for _, st := range list {
				g.Studies = append(g.Studies, linked{Path: s.studPath[st.StudyID], Name: show.Clip(cmp.Or(st.Label, st.StudyID), 120),
					Note: strings.Trim(s.nameList(st.Substances)+", "+s.Name(st.Design), ", ")})
			}
			d.Groups = append(d.Groups, g)
		}
		none := noneWords(c.Cells)
		group("Controlled trials", none, c.Controlled)
		group("Uncontrolled trials", none, c.Uncontrolled)
		if len(c.Unclear) > 0 {
			group("Trials whose design is not stated", "", c.Unclear)
		}
		for j := range c.Other {
			d.Other = append(d.Other, p.other(&c.Other[j]))
		}
		d.Signed = "No person has signed this card."
		if c.Signed != nil {
			d.Signed = "Signed by " + show.Clip(c.Signed.Who, 80) + ", " + show.Clip(c.Signed.When, 20) + "."
		}
		p.Data = d
	}
}

// noneWords says what an empty list of a topic's trials means: "none" only of
// substances that were searched for.
func noneWords(cells []evidence.GapCell) string {
	asked, retold := 0, false
	for i := range cells {
		if c := &cells[i]; c.State != evidence.NotLooked && (c.State == c.Coverage.None() || c.Coverage.Asked) {
			asked++
			retold = retold || c.Coverage.Restated
		}
	}
	switch {
	case asked == 0:
		return "Not looked for: no search of this edition covers the topic."
	case retold:
		return "None in the demonstration's selection of trials; no register was searched."
	case asked < len(cells):
		return fmt.Sprintf("None on file; the searches covered %d of %s.", asked, show.Plural(len(cells), "substance", "substances"))
	}
	return "Searched, none was found."
}

func (p *page) other(o *evidence.OtherEvidence) otherView {
	name, risk := evidence.OtherDesign(o.Design)
	ended := func(t string, n int) string {
		if t = sentence(t, n); t == "" || strings.HasSuffix(t, ".") || strings.HasSuffix(t, "…") {
			return t
		}
		return t + "."
	}
	v := otherView{Reference: show.Clip(o.Reference, 240), Design: name, Risk: risk, N: "sample size not stated",
		Population: show.Clip(o.Population, 160),
		Instrument: show.Clip(o.Instrument, 120), Direction: ended(o.Direction, 240), Numbers: ended(o.Numbers, 300),
		Limits: ended(o.Limits, 300), Read: show.Clip(o.Read, 60), Source: p.Out(o.Source, show.Clip(o.Source, 80))}
	switch {
	case o.N != nil:
		v.N = show.Plural(*o.N, "person", "people")
	case o.Design == "systematic-review" || o.Design == "prevalence-study":
		v.N = "number of people not stated"
	}
	if o.DOI != "" {
		v.Source = p.DOI(o.DOI)
	}
	return v
}

// layerPage is every sexual and relational outcome of every trial.
type layerPage struct {
	Lede   string
	Groups []tableGroup
}

// layerMost bounds a table of the sexual layer.
const layerMost = 80

// layerOpen is how many of its rows are open.
const layerOpen = 12

func (s *site) sexualPage() {
	if len(s.Ed.Sexual) == 0 {
		return
	}
	p := &page{Path: "sexual.html", Name: "layer", Title: "Sexual and relational outcomes", Nav: "gaps.html"}
	s.add(p)
	d := &layerPage{}
	never, planned, rest, seen := 0, 0, 0, map[string]bool{}
	groups := map[string][]*evidence.LayerRow{}
	order := []string{"planned, posted results lack it"}
	for i := range s.Ed.Sexual {
		r := &s.Ed.Sexual[i]
		k := r.Kind
		if r.Reported != nil && !*r.Reported {
			k = order[0]
			never++
		} else {
			rest++
		}
		if !slices.Contains(order, k) {
			order = append(order, k)
		}
		groups[k] = append(groups[k], r)
		planned += map[bool]int{true: 1}[r.Reported != nil || strings.HasPrefix(r.Kind, "planned")]
		seen[cmp.Or(r.StudyID, r.RecordID)] = true
	}
	d.Lede = fmt.Sprintf("Every sexual or relational outcome that a stored record plans, posts, asks as a single item or "+
		"counts as an adverse event, or that a report on file says was measured: %s in %s. %s.", show.Plural(never+rest, "row", "rows"),
		show.Plural(len(seen), "study", "studies"),
		neverReported(planned, never))
	for i, k := range order {
		if len(groups[k]) == 0 {
			continue
		}
		g := tableGroup{Anchor: fmt.Sprintf("kind%d", i+1), Name: show.First(k), Table: chart.NewTable(show.First(k), "Study", "Substance",
			"Outcome or term", "When", "#Affected", "Reported")}
		for j, r := range groups[k] {
			if j == layerMost {
				g.Note = fmt.Sprintf("The first %d of %s are listed.", layerMost, show.Int(len(groups[k])))
				break
			}
			people := "?"
			if r.Affected != nil && r.AtRisk != nil {
				people = show.Int(*r.Affected) + " of " + show.Int(*r.AtRisk) + " " + countedIn(r.Unit)
			}
			rep := "no results posted"
			switch {
			case strings.HasPrefix(r.Kind, "posted"):
				rep = "yes"
			case strings.HasPrefix(r.Kind, "measured"):
				rep = measuredWords(r)
			case r.Reported != nil && *r.Reported:
				rep = "yes"
			case r.Reported != nil:
				rep = "not in the posted results"
			case r.Arm != "":
				rep = "in " + show.Clip(r.Arm, 60)
			}
			g.Table.Add(chart.Link(show.Clip(cmp.Or(r.Label, r.RecordID), 80), cmp.Or(s.studPath[r.StudyID], s.RecordHref(r.RecordID))),
				cmp.Or(s.nameList(r.Substances), "none that is tracked"), show.Clip(r.What, 160), cmp.Or(show.Clip(r.TimeFrame, 60), "?"), people,
				rep)
		}
		if len(g.Table.Lines) > layerOpen {
			rest := g.Table
			g.Table.Lines, rest.Lines = rest.Lines[:layerOpen], rest.Lines[layerOpen:]
			g.Rest = &rest
		}
		d.Groups = append(d.Groups, g)
	}
	p.Data = d
}

// peoplePage is who was studied and left out, and what was done beside the drug.
type peoplePage struct {
	Lede, Care    string
	Facts         []named
	LeftOut, Done *chart.Table
	// BlindingTables are who planned to ask for a guess, what was answered, and what
	// the treatments were compared with.
	Asked          string
	BlindingTables []*chart.Table
}

func (s *site) peoplePage() {
	sum := &s.Ed.Protocols
	if sum.People.Trials == 0 {
		return
	}
	p := &page{Path: "people.html", Name: "people", Title: "Who was studied, who was left out", Nav: "gaps.html"}
	s.add(p)
	d := &peoplePage{}
	d.Lede = fmt.Sprintf("Of %s, %s an eligibility text here. The tables say what those trials did and are no advice. "+
		"What a text does not mention is unknown, not “no”.", show.Plural(sum.People.Trials, "trial", "trials"),
		strings.ToLower(countVerb(sum.People.Texts, "has", "have")))
	d.Care = fmt.Sprintf("Coded from titles, summaries and the texts on arms and interventions of %s. "+
		"“Not described in the record” is the usual case.",
		show.Plural(sum.People.Protocols, "trial", "trials"))
	list := func(in []coding.Counted) string {
		var out []string
		for _, c := range in {
			out = append(out, show.Int(c.Trials)+" "+show.Clip(c.Name, 40))
		}
		return strings.Join(out, ", ")
	}
	d.Facts = []named{{Name: "Open to", Value: list(sum.People.Sex)}, {Name: "Ages", Value: list(sum.People.Ages)}}
	d.LeftOut = s.shareTable("Who was left out", sum.LeftOut)
	d.Done = s.shareTable("What was done beside the drug", sum.Care)
	d.Asked = "No record here states its planned outcomes, so which trials plan to ask is not known. "
	if n := sum.People.Outcomes; n > 0 {
		d.Asked = fmt.Sprintf("Over the %s whose planned outcomes are known. ", show.Plural(n, "trial", "trials"))
	}
	d.Asked += (countSentence(len(s.Ed.Guesses), "guess rate is recorded in this edition", "guess rates are recorded in this edition") + ".")
	for _, t := range []*chart.Table{s.shareTable("Who planned to ask what people guessed or expected", sum.Blinding), guessTable(s),
		comparatorTable(s)} {
		if t != nil {
			d.BlindingTables = append(d.BlindingTables, t)
		}
	}
	p.Data = d
}

func (s *site) shareTable(caption string, list []coding.Share) *chart.Table {
	quoted := "In the words of one of them"
	if s.Ed.Starter {
		quoted = "One of them, as the starter set restates it"
	}
	t := chart.NewTable(caption, "What", "Stance", "#Trials", "#Of", quoted)
	for _, x := range list {
		var said chart.Cell
		if len(x.Rows) > 0 {
			r := x.Rows[0]
			said = chart.Link("“"+show.Clip(r.Quote, 140)+"” ("+show.Clip(r.RecordID, 30)+", "+show.Clip(r.Field, 40)+")",
				s.RecordHref(r.RecordID))
		}
		t.Add(show.First(show.Clip(x.Name, 80)), show.Clip(x.Stance, 30), show.Int(x.Trials), show.Int(x.Of), said)
	}
	return t.OrNil()
}

func guessTable(s *site) *chart.Table {
	t := chart.NewTable("Who guessed the treatment", "Trial", "Arm", "Asked", "#Guessed rightly", "When", "Source")
	for i := range s.Ed.Guesses {
		g := &s.Ed.Guesses[i]
		right := cmp.Or(guessShare(g), "?")
		t.Add(chart.Link(show.Clip(g.TrialID, 40), s.RecordHref(g.TrialID)), show.Clip(g.Arm, 80), show.Clip(g.Asked, 30), right,
			cmp.Or(show.Clip(g.When, 60), "?"), show.Clip(g.Source, 120))
	}
	return t.OrNil()
}

func comparatorTable(s *site) *chart.Table {
	t := chart.NewTable("What the treatments were compared with", "Class", "Comparator", "#Studies")
	for _, c := range s.Ed.Comparators {
		t.Add(s.Name(c.Class), show.Clip(c.Name, 100), show.Int(c.Studies))
	}
	return t.OrNil()
}

// neverReported counts planned outcomes that posted results lack; where no record
// plans one, nothing could be compared.
func neverReported(planned, never int) string {
	if planned == 0 {
		return "No record here lists such an outcome as planned, so what was planned and not reported is not known"
	}
	return countSentence(never, "planned outcome is missing from posted results", "planned outcomes are missing from posted results")
}

// measuredWords is what the source of a measured outcome says of it, with its people;
// that no number is on file is said only where it gives none.
func measuredWords(r *evidence.LayerRow) string {
	said := show.First(orWord(show.Clip(r.Note, 200), "in words; no number on file"))
	if r.N != nil {
		said += "; " + show.Plural(*r.N, "participant", "participants")
	}
	return said
}
