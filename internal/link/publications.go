package link

import (
	"regexp"
	"slices"
	"strings"

	"past/internal/evidence"
)

// PaperID names a publication across sources: by DOI, else PMID, else the
// record's own id.
func PaperID(r *evidence.Record) string {
	if p := r.Publication; p != nil {
		switch {
		case p.DOI != "":
			return "doi:" + strings.ToLower(p.DOI)
		case p.PMID != "":
			return "pmid:" + p.PMID
		}
	}
	return r.ID
}

// PaperRole is what a paper is to a trial, judged from its title and types.
type PaperRole string

// The roles. Only a report or a protocol joins its trial's study; what pools
// several trials, or reviews them, would count people twice.
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
	{RoleReview, regexp.MustCompile(`(?i)\b(systematic review|meta-?analys[ie]s|scoping review|narrative review|umbrella review)\b`)},
	{RoleProtocol, regexp.MustCompile(`(?i)\b(study protocol|trial protocol|protocol (for|of)|study design and rationale|design and rationale|rationale and design|design and methodology|a protocol)\b|: protocol\b`)},
	{RolePooled, regexp.MustCompile(`(?i)\b(pooled (analysis|data|sample)|pooled from|combined analysis of|integrated analysis of|across (two|three|four|five|six|seven) (trials|studies)|longitudinal pooled)\b`)},
	{RoleSecondary, regexp.MustCompile(`(?i)\b(secondary (analysis|outcomes?)|post[- ]hoc|exploratory (analysis|outcomes?)|sub-?study|sub-?sample|subset of|mediation analysis|predictors? of|ancillary)\b`)},
}

// RoleOf judges a paper's role; a paper that names several trials as its own
// pools them whatever its title says.
func RoleOf(p *evidence.Publication, trials int) PaperRole {
	for _, t := range p.Types {
		switch strings.ToLower(t) {
		case "systematic review", "meta-analysis", "review":
			return RoleReview
		case "clinical trial protocol":
			return RoleProtocol
		}
	}
	for _, w := range roleWords {
		if w.re.MatchString(p.Title) {
			if w.role == RoleSecondary && trials > 1 {
				return RolePooled
			}
			return w.role
		}
	}
	if trials > 1 {
		return RolePooled
	}
	return RoleReport
}

// publicationLinks tie papers to trials: by the register ids that the paper
// itself lists, and by the references that a trial lists.
func publicationLinks(records []evidence.Record) (links []evidence.Link, nodes []string) {
	papers := map[string]*evidence.Record{} // by paper id and by pmid
	for i := range records {
		r := &records[i]
		if r.Kind != evidence.KindPublication || r.Publication == nil {
			continue
		}
		id := PaperID(r)
		nodes = append(nodes, id)
		papers[id] = r
		if r.Publication.PMID != "" {
			papers["pmid:"+r.Publication.PMID] = r
		}
		links = append(links, mentions(r)...)
		links = append(links, notices(r)...)
	}
	for i := range records {
		if records[i].Kind == evidence.KindTrial {
			links = append(links, references(&records[i], papers)...)
		}
	}
	return links, nodes
}

// mentions are the trials that a paper names. An id in the databank list is
// the authors' own registration; one in the abstract may be another's trial.
func mentions(r *evidence.Record) []evidence.Link {
	p := r.Publication
	var listed []string
	for _, m := range p.TrialIDs {
		if id := canonicalID(m.ID); id != "" && m.Where == "databank" && !slices.Contains(listed, id) {
			listed = append(listed, id)
		}
	}
	role := RoleOf(p, len(listed))
	var out []evidence.Link
	for _, m := range p.TrialIDs {
		id := canonicalID(m.ID)
		if id == "" {
			continue
		}
		l := evidence.Link{A: id, B: PaperID(r), Kind: string(role), Prov: r.Prov}
		l.Prov.Pointer = m.Pointer
		switch {
		case m.Where == "databank":
			l.Strength, l.Reason = Certain, PaperID(r)+" lists "+id+" as its registration"
		case len(listed) == 0 && distinctTrials(p) == 1:
			l.Strength, l.Reason = Probable, PaperID(r)+" names "+id+" and no other trial in its "+m.Where
		default:
			l.Strength, l.Reason = Possible, PaperID(r)+" names "+id+" in its "+m.Where+" among others"
			l.Kind = "mentions"
		}
		out = append(out, l)
	}
	return out
}

func distinctTrials(p *evidence.Publication) int {
	seen := map[string]bool{}
	for _, m := range p.TrialIDs {
		if id := canonicalID(m.ID); id != "" {
			seen[id] = true
		}
	}
	return len(seen)
}

// references are the papers that a trial's record lists. RESULT is the
// sponsor's word, DERIVED the register's own finding of the id in the paper;
// BACKGROUND is literature.
func references(r *evidence.Record, papers map[string]*evidence.Record) []evidence.Link {
	var out []evidence.Link
	for _, ref := range r.References {
		id := ""
		switch {
		case ref.DOI != "":
			id = "doi:" + strings.ToLower(ref.DOI)
		case ref.PMID != "":
			id = "pmid:" + ref.PMID
		default:
			continue
		}
		role, strength := RoleReport, Certain
		if paper := papers[id]; paper != nil {
			id = PaperID(paper)
			role = RoleOf(paper.Publication, distinctTrials(paper.Publication))
		}
		l := evidence.Link{A: r.ID, B: id, Prov: evidence.Provenance{PayloadSHA256: r.Prov.PayloadSHA256, Pointer: ref.Pointer}}
		switch strings.ToUpper(ref.Type) {
		case "RESULT":
			l.Reason = r.ID + " lists " + id + " as a report of its results"
		case "DERIVED":
			l.Reason = "the register found " + r.ID + " in " + id
		case "BACKGROUND":
			role, strength = "cites", Possible
			l.Reason = r.ID + " lists " + id + " as background"
		default:
			strength = Possible
			l.Reason = r.ID + " lists " + id + " without saying what it is"
		}
		l.Kind, l.Strength = string(role), strength
		out = append(out, l)
	}
	return out
}

// noticeKinds are the relations between papers that matter for trust.
var noticeKinds = map[string]string{
	"retractionin": "retracted-by", "retractionof": "retracts", "erratumin": "corrected-by", "erratumfor": "corrects", "updatein": "updated-by",
	"expressionofconcernin": "concern-in", "preprint-of": "preprint-of", "has-preprint": "has-preprint", "republishedin": "republished-in",
	"retraction": "retracts", "correction": "corrects", "partialretractionin": "retracted-by", "corrigendum": "corrects", "erratum": "corrects",
}

func notices(r *evidence.Record) []evidence.Link {
	var out []evidence.Link
	for _, n := range r.Publication.Related {
		kind := noticeKinds[strings.ToLower(n.Type)]
		if kind == "" {
			continue
		}
		to := ""
		switch {
		case n.DOI != "":
			to = "doi:" + strings.ToLower(n.DOI)
		case n.PMID != "":
			to = "pmid:" + n.PMID
		default:
			to = "note:" + slug(n.Note)
		}
		out = append(out, evidence.Link{A: PaperID(r), B: to, Kind: kind, Strength: Certain, Reason: PaperID(r) + " carries the notice " + n.Type + " for " + to, Prov: r.Prov})
	}
	return out
}

// Retracted lists the papers that are retracted, by their own flag or by a
// notice, sorted.
func Retracted(records []evidence.Record, links []evidence.Link) []string {
	seen := map[string]bool{}
	for i := range records {
		if p := records[i].Publication; p != nil && p.Retracted {
			seen[PaperID(&records[i])] = true
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
