package link

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/ident"
)

// Item is what linking rests on of a record: its identifiers and a few facts of
// its study. It is small, so that the items of a whole register fit in memory
// where its records do not.
type Item struct {
	ID, Source string
	Prov       evidence.Provenance
	Names      []Name  // of a trial
	Reports    []Cited // of a trial: the papers that its record lists
	Paper      *PaperItem

	Status     evidence.Status
	Sponsor    string
	Enrollment *int
	Year       int
}

// Name is another identifier that a trial's record gives for the trial.
type Name struct {
	ID    ident.ID
	Alias bool // the register's own earlier number of this very record
	// Other is set where the field's own words say that the number belongs to a
	// neighbouring trial.
	Other string
	// Twin is set where the record gives several numbers of that register.
	Twin bool
}

// Cited is a paper in a trial's list of references.
type Cited struct {
	Paper   string // pmid:… or doi:…
	DOI     string // doi:… where the reference has both
	Type    string // RESULT, DERIVED, BACKGROUND or ""
	Role    PaperRole
	Pointer string
}

// PaperItem is what linking rests on of a publication.
type PaperItem struct {
	PMID, DOI string
	Role      PaperRole
	Mentions  []Mention
	Related   []evidence.RelatedWork
	Retracted bool
}

// Mention is a trial that a paper names.
type Mention struct {
	ID      ident.ID
	Where   string // databank, title or abstract
	Pointer string
}

// ItemOf takes what linking rests on from a record; nil for what is neither
// trial nor paper.
func ItemOf(r *evidence.Record) *Item {
	it := &Item{ID: r.ID, Source: r.Source, Prov: r.Prov, Status: r.Status, Sponsor: r.Sponsor.Name, Enrollment: r.Enrollment,
		Year: r.Start.Year()}
	switch {
	case r.Kind == evidence.KindTrial:
		it.Names = namesOf(r)
		it.Reports = citedBy(r)
	case r.Kind == evidence.KindPublication && r.Publication != nil:
		it.Paper = paperItem(r.Publication)
		it.ID = PaperID(r)
	default:
		return nil
	}
	own := evidence.Own(*it)
	return &own
}

// neighbour finds words that make a secondary id that of another trial.
var neighbour = regexp.MustCompile(`(?i)\b(parent|extension|roll-?over|lead-?in|preceding|previous|related|sub-?stud(y|ies)|` +
	`companion|feeder|core study|long-?term follow-?up)\b`)

func namesOf(r *evidence.Record) []Name {
	var out []Name
	add := func(n Name) {
		if n.ID.Value != ident.Canonical(r.ID) && !slices.ContainsFunc(out, func(o Name) bool { return o.ID == n.ID }) {
			out = append(out, n)
		}
	}
	for _, a := range r.Aliases {
		if id, ok := ident.One(a); ok {
			add(Name{ID: id, Alias: true})
		}
	}
	for _, s := range r.SecondaryIDs {
		for _, id := range ident.Find(s.Value) {
			add(Name{ID: id, Other: neighbour.FindString(s.Domain + " " + s.Value)})
		}
	}
	// A record with two numbers of one register does not say which is the trial's.
	for i := range out {
		twin := func(o Name) bool {
			return !o.Alias && o.Other == "" && o.ID.Scheme == out[i].ID.Scheme && o.ID.Stem() != out[i].ID.Stem()
		}
		if !out[i].Alias && out[i].Other == "" && slices.ContainsFunc(out, twin) {
			out[i].Twin = true
		}
	}
	return out
}

func citedBy(r *evidence.Record) []Cited {
	var out []Cited
	for _, ref := range r.References {
		c := Cited{Type: strings.ToUpper(ref.Type), Pointer: ref.Pointer, Role: roleByTitle(ref.Citation)}
		if doi, ok := ident.DOI(ref.DOI); ok {
			c.Paper = "doi:" + doi
		}
		if ref.PMID != "" {
			c.Paper, c.DOI = "pmid:"+ref.PMID, c.Paper
		}
		if c.Paper != "" {
			out = append(out, c)
		}
	}
	return out
}

func paperItem(p *evidence.Publication) *PaperItem {
	it := &PaperItem{PMID: p.PMID, DOI: ident.NormalDOI(p.DOI), Role: RoleOf(p), Related: p.Related, Retracted: p.Retracted}
	for _, m := range p.TrialIDs {
		if id, ok := ident.One(m.ID); ok {
			it.Mentions = append(it.Mentions, Mention{id, m.Where, m.Pointer})
		}
	}
	return it
}

// PaperID names a publication across sources: by DOI, else PMID, else the
// record's own id.
func PaperID(r *evidence.Record) string {
	if p := r.Publication; p != nil {
		switch {
		case p.DOI != "":
			return "doi:" + cmp.Or(ident.NormalDOI(p.DOI), strings.ToLower(p.DOI))
		case p.PMID != "":
			return "pmid:" + p.PMID
		}
	}
	return r.ID
}

// PaperRole is what a paper is to a trial, judged from its title and types.
type PaperRole string

// The roles. Only a report, a protocol or a secondary analysis of one trial
// joins its study; what pools several trials, or reviews them, would count
// people twice.
const (
	RoleReport    PaperRole = "reports"
	RoleProtocol  PaperRole = "protocol-of"
	RolePooled    PaperRole = "pools"
	RoleReview    PaperRole = "reviews"
	RoleSecondary PaperRole = "secondary-analysis-of"
)

var roleWords = []struct {
	role PaperRole
	re   *regexp.Regexp
}{
	{RoleReview, regexp.MustCompile(`(?i)\b(systematic review|meta-?analys[ie]s|scoping review|narrative review|umbrella review|cochrane)\b`)},
	{RoleProtocol, regexp.MustCompile(`(?i)\b(study protocol|trial protocol|protocol (for|of)|study design and ` +
		`rationale|design and rationale|rationale and design|design and methodology|a protocol)\b|: protocol\b`)},
	{RolePooled, regexp.MustCompile(`(?i)\b(pooled (analys[ie]s|data|sample|results)|pooled from|pooling|combined analysis ` +
		`of|integrated (safety )?analys[ie]s|individual (participant|patient) data|across (two|three|four|five|six|seven|\d+) ` +
		`(clinical |randomi[sz]ed )*(trials|studies)|longitudinal pooled)\b`)},
	{RoleSecondary, regexp.MustCompile(`(?i)\b(secondary (analysis|outcomes?)|post[- ]hoc|exploratory ` +
		`(analysis|outcomes?)|sub-?study|sub-?sample|subset of|mediation analysis|predictors? of|ancillary)\b`)},
}

// RoleOf judges a paper's role from its types and its title.
func RoleOf(p *evidence.Publication) PaperRole {
	for _, t := range p.Types {
		switch strings.ToLower(t) {
		case "systematic review", "meta-analysis", "review":
			return RoleReview
		case "clinical trial protocol":
			return RoleProtocol
		}
	}
	return roleByTitle(p.Title)
}

func roleByTitle(title string) PaperRole {
	for _, w := range roleWords {
		if w.re.MatchString(title) {
			return w.role
		}
	}
	return RoleReport
}
