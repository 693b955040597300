package link

import (
	"cmp"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/ident"
)

// Paper is a report of results known by an extraction table: it names the
// trial it reports where the source shows the id.
type Paper struct {
	Study   string // label, "Mitchell 2021"
	Year    int
	TrialID string
	DOI     string
	Prov    evidence.Provenance
}

// Input is what there is to link.
type Input struct {
	Items  []Item
	Papers []Paper
	// Undone are links that a person has undone, by key (Link.A, Link.B,
	// Link.Kind), and Joined those that a person has made, with the reason.
	Undone, Joined map[Key]string
}

// Key names a link.
type Key struct{ A, B, Kind string }

// The strengths of a link.
const (
	Certain  = "certain"  // an identifier that names the other side
	Probable = "probable" // evidence short of an identifier
	Possible = "possible" // a suspicion: joins nothing
)

// Kinds of link between records, and of papers that join none. Those of papers
// that join are [PaperRole].
const (
	KindSame      = "same-trial"
	KindCountry   = "country-record"
	KindNeighbour = "neighbour" // a number of another trial, as far as can be told
	KindRelated   = "related"   // a paper that is not this one trial's report
	KindConflict  = "conflict"
)

// rank orders the strengths: of two equal links the stronger one is kept.
func rank(strength string) int { return slices.Index([]string{Possible, Probable, Certain}, strength) }

// joins reports whether a kind of link makes two sides one study.
func joins(kind string) bool {
	switch kind {
	case KindSame, KindCountry, string(RoleReport), string(RoleProtocol), string(RoleSecondary):
		return true
	}
	return false
}

// DeservesLook reports whether a person should look at a link: it joined, or
// kept apart, what the identifiers alone do not settle.
func DeservesLook(l evidence.Link) bool {
	return l.Undone == "" && (l.Kind == KindConflict || l.Kind == KindNeighbour)
}

// Build joins records and papers into studies: records by identifiers of the
// trial alone, papers as [paperLinks] says. Studies and links come back sorted;
// the same input in any order gives the same output.
func Build(in Input) ([]evidence.Study, []evidence.Link) {
	trials, publications := sorted(in.Items)
	own := extractionTrials(in.Papers)
	g := newGraph()
	for _, t := range trials {
		g.add(t.ID)
	}
	for id := range own {
		g.add(id)
	}
	b := builder{g: g, in: in, undone: map[[2]string]bool{}, pubs: newPapers(publications, trials)}
	for k := range in.Undone {
		b.undone[[2]string{k.A, k.B}] = true
	}
	all := withOwn(trials, own)
	b.take(recordLinks(all))
	for k, why := range in.Joined {
		b.take([]evidence.Link{{A: k.A, B: k.B, Kind: KindSame, Strength: Certain, Reason: "joined by a person: " + why}})
	}
	for _, id := range b.pubs.ids {
		g.add(id)
	}
	b.take(paperLinks(g, all, b.pubs, b.undone))
	b.take(extractionLinks(g, in.Papers))
	for _, it := range publications {
		b.links = append(b.links, notices(it, b.pubs)...)
	}
	b.links = append(b.links, conflicts(g, trials)...)
	slices.SortFunc(b.links, func(a, b evidence.Link) int {
		return cmp.Or(strings.Compare(a.A, b.A), strings.Compare(a.B, b.B), strings.Compare(a.Kind, b.Kind), rank(b.Strength)-rank(a.Strength),
			strings.Compare(a.Prov.PayloadSHA256+a.Prov.Pointer, b.Prov.PayloadSHA256+b.Prov.Pointer), strings.Compare(a.Reason, b.Reason))
	})
	b.links = slices.CompactFunc(b.links, func(a, b evidence.Link) bool { return a.A == b.A && a.B == b.B && a.Kind == b.Kind })
	return b.studies(trials), b.links
}

type builder struct {
	g      *graph
	in     Input
	pubs   *papers
	undone map[[2]string]bool
	links  []evidence.Link
}

// take keeps links and joins what they join.
func (b *builder) take(links []evidence.Link) {
	for _, l := range links {
		l.Undone = b.in.Undone[Key{l.A, l.B, l.Kind}]
		if l.Undone == "" && l.Strength != Possible && joins(l.Kind) && b.g.has(l.A) {
			b.g.join(l.A, l.B)
		}
		b.links = append(b.links, l)
	}
}

// sorted parts the items into trials and papers, in an order that does not
// depend on theirs.
func sorted(items []Item) (trials, publications []*Item) {
	for i := range items {
		if items[i].Paper != nil {
			publications = append(publications, &items[i])
		} else {
			trials = append(trials, &items[i])
		}
	}
	for _, list := range [][]*Item{trials, publications} {
		slices.SortFunc(list, func(a, b *Item) int { return cmp.Or(strings.Compare(a.ID, b.ID), strings.Compare(a.Source, b.Source)) })
	}
	return trials, publications
}

// extractionTrials are the trials that extraction tables name.
func extractionTrials(ps []Paper) map[string]evidence.Provenance {
	out := map[string]evidence.Provenance{}
	for _, p := range ps {
		if id := ident.Canonical(p.TrialID); id != "" {
			if _, ok := out[id]; !ok {
				out[id] = p.Prov
			}
		}
	}
	return out
}

// withOwn adds the trials of extraction tables that no record is about, so that
// a number of any register finds its study.
func withOwn(trials []*Item, own map[string]evidence.Provenance) []*Item {
	held := map[string]bool{}
	for _, t := range trials {
		held[t.ID] = true
	}
	out := slices.Clone(trials)
	for id, prov := range own {
		if !held[id] {
			out = append(out, &Item{ID: id, Prov: prov})
		}
	}
	slices.SortFunc(out, func(a, b *Item) int { return cmp.Or(strings.Compare(a.ID, b.ID), strings.Compare(a.Source, b.Source)) })
	return out
}

// extractionLinks tie each paper of an extraction table to its trial. A paper
// whose rows name several trials is no bridge between them.
func extractionLinks(g *graph, ps []Paper) []evidence.Link {
	roots := map[string][]string{}
	for _, p := range ps {
		if p.TrialID == "" {
			g.add(paperNode(p))
			continue
		}
		if r := g.find(Node(p)); !slices.Contains(roots[paperNode(p)], r) {
			roots[paperNode(p)] = append(roots[paperNode(p)], r)
		}
	}
	var out []evidence.Link
	for _, p := range ps {
		if p.TrialID == "" {
			continue
		}
		l := evidence.Link{A: Node(p), B: paperNode(p), Kind: string(RoleReport), Strength: Certain,
			Reason: "the extraction of " + p.Study + " names " + p.TrialID + " as its trial", Prov: p.Prov}
		if len(roots[paperNode(p)]) > 1 {
			l.Kind, l.Strength = KindRelated, Possible
			l.Reason += ", and other trials in other rows"
		}
		out = append(out, l)
	}
	return out
}

// paperNode names a paper: by DOI, else by its label.
func paperNode(p Paper) string {
	if doi := cmp.Or(ident.NormalDOI(p.DOI), strings.ToLower(p.DOI)); doi != "" {
		return "doi:" + doi
	}
	return "label:" + slug(p.Study)
}

// Node is the member of a study that represents an extraction row: the trial
// that it names, else its paper.
func Node(p Paper) string {
	if p.TrialID != "" {
		return ident.Canonical(p.TrialID)
	}
	return paperNode(p)
}

func (b *builder) studies(trials []*Item) []evidence.Study {
	byID := map[string][]*Item{}
	for _, t := range trials {
		byID[t.ID] = append(byID[t.ID], t)
	}
	rows := map[string][]Paper{}
	for _, p := range b.in.Papers {
		rows[Node(p)] = append(rows[Node(p)], p)
	}
	gone := retracted(b.pubs, b.links)
	index := map[string]int{}
	var out []evidence.Study
	for _, members := range b.g.groups() {
		st := evidence.Study{ID: studyID(members)}
		extracted := false
		for _, m := range members {
			if paperID(m) {
				st.Papers = append(st.Papers, m)
			} else {
				st.Records = append(st.Records, m)
			}
			for _, p := range rows[m] {
				extracted = true
				if st.Label == "" || p.Year < st.Year || p.Year == st.Year && p.Study < st.Label {
					st.Label, st.Year = p.Study, p.Year
				}
				st.Papers = append(st.Papers, paperNode(p))
			}
		}
		if len(st.Records) == 0 && !extracted {
			continue // a paper of no known trial and without numbers is no study
		}
		slices.Sort(st.Papers)
		st.Papers = slices.Compact(st.Papers)
		for _, id := range byRegister(st.Records) {
			for _, t := range byID[id] {
				describe(&st, t)
			}
		}
		st.Label = cmp.Or(st.Label, st.ID)
		for _, p := range st.Papers {
			if slices.Contains(gone, p) {
				st.Retracted = append(st.Retracted, p)
			}
		}
		for _, m := range members {
			index[m] = len(out)
		}
		out = append(out, st)
	}
	for _, l := range b.links {
		a, okA := index[l.A]
		c, okB := index[l.B]
		if okA && okB && a == c {
			out[a].Links = append(out[a].Links, l)
		}
	}
	return out
}

// describe takes over what a record says of its study; the first record that
// says something wins.
func describe(st *evidence.Study, t *Item) {
	st.Status = cmp.Or(st.Status, t.Status)
	st.Sponsor = cmp.Or(st.Sponsor, t.Sponsor)
	if st.Enrollment == nil {
		st.Enrollment = t.Enrollment
	}
	st.Year = cmp.Or(st.Year, t.Year)
}

// paperID reports whether a member is a paper: those have the kind of their id
// before a colon, which no register's numbers have.
func paperID(member string) bool { return strings.Contains(member, ":") }

// studyID names a study by its record in the register that comes first, a
// EudraCT number without the country, so that another country's record does not
// rename it; else by the DOI, else by the label.
func studyID(members []string) string {
	var records []string
	for _, m := range members {
		if !paperID(m) {
			records = append(records, m)
		}
	}
	if len(records) > 0 {
		return ident.Stem(byRegister(records)[0])
	}
	return strings.TrimPrefix(members[0], "label:")
}

// byRegister sorts record ids by register, in the order of [ident.Rank], and
// then by id.
func byRegister(ids []string) []string {
	return slices.SortedFunc(slices.Values(ids), func(a, b string) int {
		return cmp.Or(cmp.Compare(ident.Rank(a), ident.Rank(b)), cmp.Compare(a, b))
	})
}

// StudyOf maps every member (record id, paper node) to its study's id.
func StudyOf(studies []evidence.Study) map[string]string {
	m := map[string]string{}
	for _, s := range studies {
		for _, id := range append(slices.Clone(s.Records), s.Papers...) {
			m[id] = s.ID
		}
	}
	return m
}
