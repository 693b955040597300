package link

import (
	"cmp"
	"slices"
	"strings"

	"past/internal/evidence"
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
	Records []evidence.Record
	Papers  []Paper
	// Undone are links that a person has undone, by key (Link.A, Link.B, Link.Kind).
	Undone map[Key]string
}

// Key names a link.
type Key struct{ A, B, Kind string }

// The strengths of a link.
const (
	Certain  = "certain"  // an identifier that names the other side
	Probable = "probable" // evidence short of an identifier
	Possible = "possible" // a suspicion: joins nothing
)

// rank orders the strengths: of two equal links the stronger one is kept.
func rank(strength string) int { return slices.Index([]string{Possible, Probable, Certain}, strength) }

// Build joins records and papers into studies. Studies and links come back
// sorted; the same input gives the same output.
func Build(in Input) ([]evidence.Study, []evidence.Link) {
	g := newGraph()
	for i := range in.Records {
		r := &in.Records[i]
		if r.Kind == evidence.KindTrial {
			g.add(r.ID)
		}
	}
	links := recordLinks(in.Records)
	pubLinks, pubNodes := publicationLinks(in.Records)
	links = append(links, pubLinks...)
	paperLinks, paperNodes := extractionLinks(in.Papers)
	links = append(links, paperLinks...)
	for _, n := range append(paperNodes, pubNodes...) {
		g.add(n)
	}
	for i := range links {
		l := &links[i]
		l.Undone = in.Undone[Key{l.A, l.B, l.Kind}]
		if l.Undone == "" && l.Strength != Possible && joins(l.Kind) && g.has(l.A) {
			g.join(l.A, l.B)
		}
	}
	links = append(links, conflicts(g, in.Records)...)
	slices.SortFunc(links, func(a, b evidence.Link) int {
		return cmp.Or(strings.Compare(a.A, b.A), strings.Compare(a.B, b.B), strings.Compare(a.Kind, b.Kind), rank(b.Strength)-rank(a.Strength), strings.Compare(a.Prov.PayloadSHA256+a.Prov.Pointer, b.Prov.PayloadSHA256+b.Prov.Pointer))
	})
	links = slices.CompactFunc(links, func(a, b evidence.Link) bool { return a.A == b.A && a.B == b.B && a.Kind == b.Kind })
	return studies(g, in, links), links
}

// joins tells whether a kind of link makes two sides one study.
func joins(kind string) bool {
	switch kind {
	case "same-trial", "country-record", string(RoleReport), string(RoleProtocol), string(RoleSecondary):
		return true
	}
	return false
}

// conflicts are records of one register that were joined although neither
// names the other: a link too many, to be looked at and perhaps undone.
func conflicts(g *graph, records []evidence.Record) []evidence.Link {
	named := map[[2]string]bool{}
	by := map[[2]string][]string{}
	for _, r := range records {
		if r.Kind != evidence.KindTrial {
			continue
		}
		for _, s := range r.SecondaryIDs {
			named[[2]string{r.ID, canonicalID(s.Value)}] = true
		}
		for _, a := range r.Aliases {
			named[[2]string{r.ID, a}] = true
		}
		k := [2]string{r.Source, g.find(r.ID)}
		by[k] = append(by[k], r.ID)
	}
	var out []evidence.Link
	for _, ids := range by {
		slices.Sort(ids)
		for i, a := range ids {
			for _, b := range ids[i+1:] {
				if a != b && !named[[2]string{a, b}] && !named[[2]string{b, a}] && stem(a) != stem(b) {
					out = append(out, evidence.Link{A: a, B: b, Kind: "conflict", Strength: Possible,
						Reason: a + " and " + b + " stand in one study, and neither record names the other"})
				}
			}
		}
	}
	return out
}

// recordLinks are the links that register records state themselves.
func recordLinks(records []evidence.Record) []evidence.Link {
	known, first := knownRecords(records)
	var out []evidence.Link
	for _, r := range records {
		if r.Kind != evidence.KindTrial {
			continue
		}
		if f := first[stem(r.ID)]; f != r.ID {
			out = append(out, evidence.Link{A: f, B: r.ID, Kind: "country-record", Strength: Certain,
				Reason: f + " and " + r.ID + " are records of one trial, " + stem(r.ID), Prov: r.Prov})
		}
		for _, a := range r.Aliases {
			out = append(out, evidence.Link{A: r.ID, B: a, Kind: "same-trial", Strength: Certain,
				Reason: r.ID + " lists " + a + " as an earlier id of the same record", Prov: r.Prov})
		}
		for _, s := range r.SecondaryIDs {
			id := canonicalID(s.Value)
			to := first[id] // a EudraCT number stands for its country records
			if known[id] {
				to = id
			}
			if id == "" || to == "" || to == r.ID {
				continue
			}
			out = append(out, evidence.Link{A: r.ID, B: to, Kind: "same-trial", Strength: Certain,
				Reason: r.ID + " names " + id + " among its secondary ids", Prov: r.Prov})
		}
	}
	return out
}

// knownRecords are the trial records by id, and the smallest record id of each
// stem.
func knownRecords(records []evidence.Record) (known map[string]bool, first map[string]string) {
	known, first = map[string]bool{}, map[string]string{}
	for _, r := range records {
		if r.Kind != evidence.KindTrial {
			continue
		}
		known[r.ID] = true
		if f := first[stem(r.ID)]; f == "" || r.ID < f {
			first[stem(r.ID)] = r.ID
		}
	}
	return known, first
}

// extractionLinks tie each paper of an extraction table to its trial; a paper
// without a register id stands for its study alone.
func extractionLinks(papers []Paper) (links []evidence.Link, nodes []string) {
	for _, p := range papers {
		node := paperNode(p)
		nodes = append(nodes, node)
		if p.TrialID == "" {
			continue
		}
		nodes = append(nodes, p.TrialID)
		links = append(links, evidence.Link{A: p.TrialID, B: node, Kind: "reports", Strength: Certain,
			Reason: "the extraction of " + p.Study + " names " + p.TrialID + " as its trial", Prov: p.Prov})
	}
	return links, nodes
}

// paperNode names a paper: by DOI, else by its label.
func paperNode(p Paper) string {
	if p.DOI != "" {
		return "doi:" + strings.ToLower(p.DOI)
	}
	return "label:" + slug(p.Study)
}

func studies(g *graph, in Input, links []evidence.Link) []evidence.Study {
	byID := map[string]*evidence.Record{}
	for i := range in.Records {
		byID[in.Records[i].ID] = &in.Records[i]
	}
	papers := map[string][]Paper{}
	for _, p := range in.Papers {
		papers[paperNode(p)] = append(papers[paperNode(p)], p)
	}
	retracted := Retracted(in.Records, links)
	index := map[string]int{}
	var out []evidence.Study
	for _, members := range g.groups() {
		st := evidence.Study{ID: studyID(members)}
		for _, m := range members {
			switch {
			case strings.HasPrefix(m, "doi:"), strings.HasPrefix(m, "label:"), strings.HasPrefix(m, "pmid:"):
				st.Papers = append(st.Papers, m)
				for _, p := range papers[m] {
					if st.Label == "" || p.Year < st.Year {
						st.Label, st.Year = p.Study, p.Year
					}
				}
			default:
				st.Records = append(st.Records, m)
			}
		}
		for _, id := range byRegister(st.Records) {
			if r := byID[id]; r != nil {
				describe(&st, r)
			}
		}
		if st.Label == "" {
			st.Label = st.ID
		}
		for _, p := range st.Papers {
			if slices.Contains(retracted, p) {
				st.Retracted = append(st.Retracted, p)
			}
		}
		if len(st.Records) == 0 && !extracted(st, papers) {
			continue // a paper of no known trial and without numbers is no study
		}
		at := len(out)
		for _, m := range members {
			index[m] = at
		}
		out = append(out, st)
	}
	for _, l := range links {
		a, okA := index[l.A]
		b, okB := index[l.B]
		if okA && okB && a == b {
			out[a].Links = append(out[a].Links, l)
		}
	}
	return out
}

// extracted tells whether an extraction table speaks of one of the papers.
func extracted(st evidence.Study, papers map[string][]Paper) bool {
	return slices.ContainsFunc(st.Papers, func(p string) bool { return len(papers[p]) > 0 })
}

// describe takes over what a record says of its study; the first record that
// says something wins.
func describe(st *evidence.Study, r *evidence.Record) {
	if st.Status == "" {
		st.Status = r.Status
	}
	if st.Sponsor == "" {
		st.Sponsor = r.Sponsor.Name
	}
	if st.Enrollment == nil {
		st.Enrollment = r.Enrollment
	}
	if st.Year == 0 {
		st.Year = r.Start.Year()
	}
	if st.Blinding == "" {
		st.Blinding = r.Masking
	}
}

// studyID names a study by its record in the register that comes first, a
// EudraCT number without the country, so that another country's record does not
// rename it; else by the DOI, else by the label.
func studyID(members []string) string {
	var records []string
	for _, m := range members {
		if !strings.Contains(m, ":") {
			records = append(records, m)
		}
	}
	if len(records) > 0 {
		return stem(byRegister(records)[0])
	}
	return strings.TrimPrefix(members[0], "label:")
}

// byRegister sorts record ids by register, in the order of [registerID], and
// then by id.
func byRegister(ids []string) []string {
	rank := func(id string) int {
		for i, re := range registerID {
			if re.MatchString(id) {
				return i
			}
		}
		return len(registerID)
	}
	return slices.SortedFunc(slices.Values(ids), func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
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

// Node is the member that stands for an extraction's paper.
func Node(p Paper) string { return paperNode(p) }
