package pack

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"past/internal/cite"
	"past/internal/coding"
	"past/internal/edition"
	"past/internal/evidence"
	"past/internal/synthesis"
	"past/internal/vocab"
)

// Text is a teacher's own text, included as it is, as paragraphs.
type Text struct {
	Name       string
	Domain     string // "" for every domain
	Paragraphs []string
}

// Input is what a pack is made of.
type Input struct {
	Document edition.Document
	// Findings and their numbers as the database holds them; those whose
	// numbers are not the document's are left out by [Build].
	Findings []evidence.Finding
	Vocab    *vocab.Vocabulary
	Shelf    *cite.Shelf
	Texts    []Text
	// Topics are the topic cards, Notices what was done to the evidence, Protocols
	// who trials left out and what they did beside the drug.
	Topics    []evidence.TopicCard
	Notices   []evidence.Notice
	Protocols coding.Summary
	// Months after the data's cut-off at which the pack expires.
	Months int
}

// Pack is the material of one edition.
type Pack struct {
	Edition, Date, DataHash, SoftwareVersion string
	Starter                                  bool
	Expires                                  string // "" when the cut-off is no date
	Rule                                     string
	Domains                                  []Domain
}

// Domain is the material of one curriculum domain.
type Domain struct {
	ID, Name string
	Cards    []Card // findings with an answer
	Open     []Open // findings without one
	Claims   []ClaimCard
	Topics   []evidence.TopicCard
	Notices  []evidence.Notice
	// Screening says who the trials left out, Care what they did beside the drug:
	// what trials did, never advice.
	Screening, Care []coding.Share
	Trials          int // trials behind Screening and Care
	Case            *Case
	Reading         []cite.Item
	// ReadingNote says why the list is empty, where it is.
	ReadingNote string
	Other       []evidence.OtherEvidence
	Texts       []Text
}

// Open is a question without an answer: its title and what is known instead.
type Open struct{ Title, State, Permalink string }

// Empty reports whether no finding, claim or topic belongs to the domain.
func (d Domain) Empty() bool { return len(d.Cards)+len(d.Open)+len(d.Claims)+len(d.Topics) == 0 }

// Card is the fact card of a finding.
type Card struct {
	ID, Title                     string
	Plain, Curriculum, Researcher string
	Number, Certainty             string
	// People and Points are the result in people of a hundred and in points of a
	// scale; "" where it cannot be worked out.
	People, Points string
	// Grade is what the certainty rests on, Why that and the limits.
	Grade, Why          []string
	NotToSay            []string
	Discuss             string
	Citation, Permalink string
	Picture             Picture
	flat                edition.Flat
}

// ClaimCard is the fact card of a claim.
type ClaimCard struct {
	ID, Text, Verdict, Why, Rule  string
	Plain, Curriculum, Researcher string
	Findings                      []string
	Discuss                       string
	Citation, Permalink           string
}

// Build lays out the material of the wanted domains ("" or none: all six). An
// unknown domain is an error that names the known ones.
func Build(in Input, wanted []string) (Pack, error) {
	d := in.Document
	p := Pack{Edition: d.ID, Date: d.Date, DataHash: d.DataHash, SoftwareVersion: d.SoftwareVersion, Starter: d.Starter}
	p.Expires, p.Rule = expiry(d, in.Months)
	domains := in.Vocab.Domains()
	for _, w := range wanted {
		if !slices.ContainsFunc(domains, func(x vocab.Domain) bool { return x.ID == w }) {
			var names []string
			for _, x := range domains {
				names = append(names, x.ID)
			}
			return p, fmt.Errorf("no curriculum domain is called %q; there are %s", w, strings.Join(names, ", "))
		}
	}
	belongs := belonging(in)
	for _, dom := range domains {
		if len(wanted) > 0 && !slices.Contains(wanted, dom.ID) {
			continue
		}
		p.Domains = append(p.Domains, in.domain(dom, belongs))
	}
	return p, nil
}

func expiry(d edition.Document, months int) (date, rule string) {
	if months <= 0 {
		months = 12
	}
	rule = "This material holds for edition " + d.ID +
		". It is out of date as soon as a later edition changes one of its findings; run past check to see whether it is."
	if t, err := time.Parse("2006-01-02", d.Date); err == nil {
		date = t.AddDate(0, months, 0).Format("2006-01-02")
		rule += fmt.Sprintf(" After %s (%d months after the data's cut-off) it is not to be used without a check.", date, months)
	} else {
		rule += " The records state no day, so it cannot expire on one: check it before each use."
	}
	return date, rule
}

// belonging gives the domains of each finding: those of the claims bound to it,
// and of the topics that its condition falls under; where neither says, the
// foundations.
func belonging(in Input) map[string][]string {
	out := map[string][]string{}
	claimDomains := map[string][]string{}
	for _, c := range in.Vocab.Claims() {
		claimDomains[c.ID] = c.Domains
	}
	for _, c := range in.Document.Claims {
		for _, f := range c.Findings {
			out[f] = append(out[f], claimDomains[c.ID]...)
		}
	}
	for _, f := range in.Findings {
		for _, t := range in.Vocab.Topics() {
			if f.Condition != "" && slices.Contains(t.Conditions, f.Condition) {
				out[f.ID] = append(out[f.ID], t.Domains...)
			}
		}
		if len(out[f.ID]) == 0 {
			out[f.ID] = []string{in.Vocab.Domains()[0].ID}
		}
	}
	return out
}

func (in Input) domain(dom vocab.Domain, belongs map[string][]string) Domain {
	d := Domain{ID: dom.ID, Name: dom.Name}
	read := map[string]cite.Item{}
	var answered []edition.Flat
	for _, flat := range in.Document.Findings {
		if !slices.Contains(belongs[flat.ID], dom.ID) {
			continue
		}
		if flat.Estimate == nil {
			if f := in.finding(flat.ID); f.State.Sayable() {
				d.Open = append(d.Open, Open{flat.Title, string(f.State), edition.Permalink(flat.ID, in.Document.ID)})
			}
			continue
		}
		answered = append(answered, flat)
		d.Cards = append(d.Cards, in.card(flat))
		for _, it := range in.Shelf.Studies(flat) {
			read[it.Key] = it
		}
	}
	d.Case = caseOf(in.Vocab, answered, in.Findings)
	in.claims(dom, &d)
	in.topics(dom, &d)
	for _, it := range read {
		d.Reading = append(d.Reading, it)
	}
	slices.SortFunc(d.Reading, func(a, b cite.Item) int { return strings.Compare(a.Key, b.Key) })
	if len(d.Reading)+len(d.Other) == 0 {
		d.ReadingNote = "No report of this edition belongs to this domain: no finding of it has a number, and no other evidence " +
			"is filed under its topics."
	}
	if dom.ID == ethics || dom.ID == clinical {
		d.Screening, d.Care, d.Trials = in.Protocols.LeftOut, in.Protocols.Care, in.Protocols.People.Trials
	}
	for _, t := range in.Texts {
		if t.Domain == "" || t.Domain == dom.ID {
			d.Texts = append(d.Texts, t)
		}
	}
	return d
}

// The domains that have pages of their own kind: notices, and what trials did.
const (
	ethics   = "ethics-consent"
	clinical = "clinical-skills"
)

func (in Input) finding(id string) evidence.Finding {
	if i := slices.IndexFunc(in.Findings, func(f evidence.Finding) bool { return f.ID == id }); i >= 0 {
		return in.Findings[i]
	}
	return evidence.Finding{}
}

func (in Input) claims(dom vocab.Domain, d *Domain) {
	for _, c := range in.Vocab.Claims() {
		if !slices.Contains(c.Domains, dom.ID) {
			continue
		}
		for _, v := range in.Document.Claims {
			if v.ID == c.ID && v.Verdict != evidence.NotLooked {
				d.Claims = append(d.Claims, in.claim(v))
			}
		}
	}
}

// topics adds the topic cards of a domain with their other evidence, and the
// notices: all of them to the domain on ethics, elsewhere those on the substances of
// its findings.
func (in Input) topics(dom vocab.Domain, d *Domain) {
	substances := map[string]bool{}
	for _, f := range in.Findings {
		if slices.ContainsFunc(d.Cards, func(c Card) bool { return c.ID == f.ID }) {
			substances[f.Substance] = true
		}
	}
	for _, t := range in.Vocab.Topics() {
		if !slices.Contains(t.Domains, dom.ID) {
			continue
		}
		for _, c := range in.Topics {
			if c.Topic == t.ID {
				d.Topics = append(d.Topics, c)
				d.Other = append(d.Other, c.Other...)
			}
		}
	}
	for _, n := range in.Notices {
		if dom.ID == ethics || n.Substance != "" && substances[n.Substance] {
			d.Notices = append(d.Notices, n)
		}
	}
}

func (in Input) card(flat edition.Flat) Card {
	c := Card{ID: flat.ID, Title: flat.Title, Plain: flat.Sentence, Curriculum: flat.Sentence, Researcher: flat.NumberWords(),
		Number: flat.EstimateWords(), Certainty: flat.CertaintyWords(),
		Permalink: edition.Permalink(flat.ID, in.Document.ID), Picture: draw(flat), flat: flat}
	if items, err := in.Shelf.Cite(flat.ID); err == nil {
		c.Citation = cite.Line(short(items[0]))
	}
	var f evidence.Finding
	for _, x := range in.Findings {
		if x.ID == flat.ID && x.Primary.K == flat.K && x.Sentences.Curriculum == flat.Sentence {
			f = x
		}
	}
	if f.ID != "" {
		c.Plain, c.Researcher = cmp.Or(f.Sentences.Plain, c.Plain), cmp.Or(f.Sentences.Researcher, c.Researcher)
	}
	c.People, c.Points = inPeople(flat.Absolute), inPoints(flat.Absolute)
	c.Grade = why(f, flat)
	c.Why = slices.Concat(c.Grade, f.Limits, f.NotPooled)
	c.NotToSay = notToSay(f, flat, in.Document.Starter)
	c.Discuss = discuss(f, flat)
	return c
}

// short leaves the long notes of a citation out: a card has them already.
func short(it cite.Item) cite.Item {
	it.Notes = nil
	return it
}

func (in Input) claim(v evidence.ClaimVerdict) ClaimCard {
	c := ClaimCard{ID: v.ID, Text: v.Text, Verdict: string(v.Verdict), Why: v.Why, Rule: v.Rule, Findings: v.Findings}
	c.Plain = cmp.Or(v.Instead, v.Why)
	c.Curriculum = fmt.Sprintf("%s (Verdict of edition %s on “%s”: %s.)", c.Plain, in.Document.ID, v.Text, c.Verdict)
	behind := ""
	if v.K > 0 {
		behind = fmt.Sprintf("; %s, n = %s", counted(v.K, "study", "studies"), v.N)
	}
	c.Researcher = fmt.Sprintf("Verdict: %s%s. %s Rule: %s.", c.Verdict, behind, ended(v.Why), strings.TrimSuffix(v.Rule, "."))
	c.Discuss = "Which result would change this verdict, and in which direction? Use the rule."
	if items, err := in.Shelf.Cite(v.ID); err == nil {
		c.Citation, c.Permalink = cite.Line(short(items[0])), items[0].Location
	}
	return c
}

// ended is a sentence with its full stop.
func ended(s string) string {
	if s == "" || strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

// inPeople says a result in people of a hundred, "" where it cannot be.
func inPeople(a *evidence.Absolute) string {
	if a == nil || a.People == nil {
		return ""
	}
	p := a.People
	return fmt.Sprintf("%s of 100 people with the comparator and %s with the treatment (%s to %s of 100).", evidence.WholePeople(p.Without),
		evidence.WholePeople(p.With), evidence.WholePeople(p.WithLower), evidence.WholePeople(p.WithUpper))
}

// inPoints says a result in points of a scale, "" where it cannot be.
func inPoints(a *evidence.Absolute) string {
	if a == nil || a.Points == nil {
		return ""
	}
	p := a.Points
	way, _, _ := strings.Cut(p.Way, " (")
	return fmt.Sprintf("On the %s%s: %s points %s with the treatment (%s to %s), %s.", p.Scale, p.Which(),
		synthesis.Number(math.Abs(p.Points), 1), p.Side(), synthesis.Number(p.Lower, 1), synthesis.Number(p.Upper, 1), way)
}
