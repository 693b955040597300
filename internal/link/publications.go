package link

import (
	"cmp"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/ident"
)

// papers are the publications of the store under one id each, whatever sources
// brought them.
type papers struct {
	items map[string][]*Item // by paper id
	ids   []string           // sorted
	same  map[string]string  // pmid:… of a paper that has a DOI → its id
}

func newPapers(items, trials []*Item) *papers {
	p := &papers{items: map[string][]*Item{}, same: map[string]string{}}
	for _, t := range trials { // a reference may name a paper in both ways
		for _, c := range t.Reports {
			if old, ok := p.same[c.Paper]; c.DOI != "" && (!ok || c.DOI < old) {
				p.same[c.Paper] = c.DOI
			}
		}
	}
	found := map[string]bool{}
	for _, it := range items {
		if it.Paper.DOI != "" && it.Paper.PMID != "" {
			id := "pmid:" + it.Paper.PMID
			if doi := "doi:" + it.Paper.DOI; !found[id] || doi < p.same[id] {
				p.same[id], found[id] = doi, true
			}
		}
	}
	for _, it := range items {
		id := p.id(it.ID)
		if p.items[id] == nil {
			p.ids = append(p.ids, id)
		}
		p.items[id] = append(p.items[id], it)
	}
	slices.Sort(p.ids)
	return p
}

func (p *papers) id(id string) string {
	if to, ok := p.same[id]; ok {
		return to
	}
	return id
}

// role is a paper's role: of what its sources say, that which keeps it out of a
// study.
func (p *papers) role(id string, cited PaperRole) PaperRole {
	role := cited
	for i, it := range p.items[id] {
		if i == 0 || joins(string(role)) {
			role = it.Paper.Role
		}
	}
	return role
}

// word is one statement that ties a paper to a trial.
type word struct {
	trial   string // record id, or canonical number of a trial that is not held
	root    string // its study
	named   string // the number that the paper has for it, where it is another
	where   string // RESULT, DERIVED, BACKGROUND, "", or databank, title, abstract
	paper   bool   // the paper says so, not the record
	role    PaperRole
	prov    evidence.Provenance
	pointer string
}

// paperLinks tie papers to trials. A paper joins the study of the one trial
// whose record lists it as its result, or of the one trial that it names; what
// reviews or pools, or is shared by several trials, is related and joins none.
func paperLinks(g *graph, trials []*Item, p *papers, undone map[[2]string]bool) []evidence.Link {
	said := map[string][]word{}
	root := rootsByStem(g, trials)
	for _, t := range trials {
		for _, c := range t.Reports {
			id := p.id(c.Paper)
			said[id] = append(said[id], word{trial: t.ID, root: g.find(t.ID), where: c.Type, role: c.Role, prov: t.Prov, pointer: c.Pointer})
		}
	}
	for _, id := range p.ids {
		for _, it := range p.items[id] {
			for _, m := range it.Paper.Mentions {
				w := word{trial: m.ID.Value, root: m.ID.Stem(), where: m.Where, paper: true, role: it.Paper.Role, prov: it.Prov, pointer: m.Pointer}
				if at, ok := root[w.root]; ok {
					w.trial, w.root = at.record, at.root
				}
				if w.trial != m.ID.Value {
					w.named = m.ID.Value + ", a number of "
				}
				said[id] = append(said[id], w)
			}
		}
	}
	ids := make([]string, 0, len(said))
	for id := range said {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	var out []evidence.Link
	for _, id := range ids {
		out = append(out, wordLinks(id, said[id], p, undone)...)
	}
	return out
}

// holder is the record that represents a trial's number, and its study.
type holder struct {
	record, root string
	own          bool
}

// rootsByStem finds the record that represents a trial's number: its own, else
// one that names it as its own.
func rootsByStem(g *graph, trials []*Item) map[string]holder {
	out := map[string]holder{}
	for _, t := range trials {
		if stem := ident.Stem(t.ID); !out[stem].own {
			out[stem] = holder{t.ID, g.find(t.ID), true}
		}
	}
	for _, t := range trials {
		for _, n := range t.Names {
			stem := n.ID.Stem()
			at, ok := out[stem]
			switch {
			case n.Other != "" || n.Twin || at.own:
			case !ok:
				out[stem] = holder{t.ID, g.find(t.ID), false}
			case at.root != g.find(t.ID): // several trials name it: it stands for none of them
				out[stem] = holder{n.ID.Value, stem, false}
			}
		}
	}
	return out
}

// wordLinks judges all that ties one paper to trials.
func wordLinks(id string, words []word, p *papers, undone map[[2]string]bool) []evidence.Link {
	var listed, bank, named []string // studies
	add := func(to *[]string, root string) {
		if !slices.Contains(*to, root) {
			*to = append(*to, root)
		}
	}
	role := RoleReport
	for _, w := range words {
		if undone[[2]string{w.trial, id}] {
			continue
		}
		switch {
		case w.where == "RESULT":
			add(&listed, w.root)
			role = w.role
		case w.paper && w.where == "databank":
			add(&bank, w.root)
			add(&named, w.root)
		case w.paper:
			add(&named, w.root)
		}
	}
	role = p.role(id, role)
	claims := named
	switch {
	case len(listed) > 0 && len(bank) > 0:
		claims = slices.Concat(listed, bank)
	case len(listed) > 0:
		claims = slices.Concat(listed, named)
	}
	slices.Sort(claims)
	claims = slices.Compact(claims)
	one := "" // the study that the paper reports
	if joins(string(role)) && len(claims) == 1 {
		one = claims[0]
	}
	out := make([]evidence.Link, 0, len(words))
	for _, w := range words {
		out = append(out, w.link(id, role, one != "" && w.root == one, len(claims) > 1))
	}
	return out
}

// link writes one statement as a link.
func (w word) link(id string, role PaperRole, joined, several bool) evidence.Link {
	l := evidence.Link{A: w.trial, B: id, Kind: KindRelated, Strength: Possible, Prov: w.prov}
	l.Prov.Pointer = w.pointer
	switch {
	case w.paper && w.where == "databank":
		l.Reason = id + " lists " + w.named + w.trial + " as its registration"
	case w.paper:
		l.Reason = id + " names " + w.named + w.trial + " in its " + w.where
	case w.where == "RESULT":
		l.Reason = w.trial + " lists " + id + " as a report of its results"
	case w.where == "DERIVED":
		l.Reason = "the register found " + w.trial + " in " + id
	case w.where == "BACKGROUND":
		l.Kind, l.Reason = "cites", w.trial+" lists "+id+" as background"
		return l
	default:
		l.Reason = w.trial + " lists " + id + " without saying what it is"
	}
	switch {
	case joined && (w.paper || w.where == "RESULT"):
		l.Kind, l.Strength = string(role), Certain
		if w.paper && w.where != "databank" {
			l.Strength = Probable
			l.Reason += " and no other trial"
		}
	case joined:
		l.Reason += "; another statement joins them"
	case !joins(string(role)):
		l.Kind = string(role)
		l.Reason += ", and is by its title or type no report of one trial"
	case several:
		l.Reason += ", and is tied to other trials too"
	}
	return l
}

// noticeLinks are the relations between papers that matter for trust: of a paper
// with a notice, and of the notice. Other relations follow by their type.
var noticeLinks = map[string][2]string{"retraction": {"retracted-by", "retracts"}, "correction": {"corrected-by", "corrects"},
	"expression-of-concern": {"concern-in", "concern-for"}}

var versionLinks = map[string]string{"updatein": "updated-by", "preprint-of": "preprint-of", "has-preprint": "has-preprint",
	"republishedin": "republished-in"}

func notices(it *Item, p *papers) []evidence.Link {
	var out []evidence.Link
	from := p.id(it.ID)
	for _, n := range it.Paper.Related {
		kind := versionLinks[strings.ToLower(n.Type)]
		if notice, other := n.Notice(); notice != "" {
			kind = noticeLinks[notice][map[bool]int{true: 1}[other]]
		}
		if kind == "" {
			continue
		}
		to := ""
		switch {
		case n.DOI != "":
			to = "doi:" + cmp.Or(ident.NormalDOI(n.DOI), strings.ToLower(n.DOI))
		case n.PMID != "":
			to = p.id("pmid:" + n.PMID)
		default:
			to = "note:" + slug(n.Note)
		}
		out = append(out, evidence.Link{A: from, B: to, Kind: kind, Strength: Certain, Reason: from + " carries the notice " + n.Type +
			" for " + to, Prov: it.Prov})
	}
	return out
}

// retracted lists the papers that are retracted, by their own flag or by a
// notice, sorted.
func retracted(p *papers, links []evidence.Link) []string {
	seen := map[string]bool{}
	for id, items := range p.items {
		if slices.ContainsFunc(items, func(it *Item) bool { return it.Paper.Retracted }) {
			seen[id] = true
		}
	}
	for _, l := range links {
		if l.Undone != "" {
			continue
		}
		switch l.Kind {
		case "retracted-by":
			seen[l.A] = true
		case "retracts":
			seen[l.B] = true
		}
	}
	out := make([]string, 0, len(seen))
	for id := range seen {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

func slug(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9') }),
		"-")
}
