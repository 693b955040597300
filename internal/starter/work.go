package starter

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// report is what a dataset's list of references says of a report of results.
type report struct {
	DOI          string   `json:"doi"`
	Year         string   `json:"year"`
	Title        string   `json:"title"`
	Journal      string   `json:"journal"`
	Volume       string   `json:"volume"`
	Issue        string   `json:"issue"`
	Pages        string   `json:"pages"`
	Authors      []author `json:"authors"`
	More         bool     `json:"more"`         // the list of authors is cut
	Registration string   `json:"registration"` // as the dataset gives it
}

type author struct {
	Family string `json:"family"`
	Given  string `json:"given"`
}

// work is a paper as the registers of literature know it: what papers.json and
// reports.json say of one DOI or PMID.
type work struct {
	doi, pmid, pmcid string
	title, year      string
	journal          string
	volume, issue    string
	pages            string
	authors          []author
	registration     string   // listed as the trial's registration
	named            []string // other ids, which the abstract names
	retracted        string   // day
}

// works lists the papers that have an identifier, sorted by DOI and PMID.
func works() ([]work, error) {
	s := load()
	if s.err != nil {
		return nil, s.err
	}
	var out []work
	at := map[string]int{}
	for _, r := range s.reports {
		at[r.DOI] = len(out)
		out = append(out, work{doi: r.DOI, title: r.Title, year: r.Year, journal: r.Journal, volume: r.Volume, issue: r.Issue, pages: r.Pages,
			authors: r.Authors, registration: r.Registration})
	}
	for _, p := range s.papers {
		doi := strings.ToLower(p.DOI)
		if doi == "" && p.PMID == "" {
			continue
		}
		i, ok := at[doi]
		if !ok {
			i = len(out)
			at[doi] = i
			out = append(out, work{doi: doi, title: strings.TrimSpace(p.Title), year: p.Year, authors: listed(p.Authors)})
		}
		w := &out[i]
		w.pmid, w.pmcid, w.retracted = p.PMID, p.PMCID, p.Retracted
		w.year = cmp.Or(w.year, p.Year)
		w.named = slices.DeleteFunc(slices.Clone(p.TrialIDs), func(id string) bool { return id == w.registration })
	}
	slices.SortFunc(out, func(a, b work) int { return cmp.Or(strings.Compare(a.doi, b.doi), strings.Compare(a.pmid, b.pmid)) })
	return out, nil
}

// listed reads "BA. van der Kolk, J. Wang": initials, then the family name.
func listed(s string) []author {
	var out []author
	for _, part := range strings.Split(s, ",") {
		words := strings.Fields(part)
		n := 0
		for n < len(words)-1 && initials(words[n]) {
			n++
		}
		if len(words) > 0 {
			out = append(out, author{Family: strings.Join(words[n:], " "), Given: strings.ReplaceAll(strings.Join(words[:n], " "), ".", "")})
		}
	}
	return out
}

// initials reports whether a word is nothing but capitals and points.
func initials(w string) bool {
	return len(w) <= 6 && !strings.ContainsFunc(w, func(r rune) bool { return !unicode.IsUpper(r) && r != '.' && r != '-' })
}

// abstract is what replaces the paper's abstract, which is left
// out: the trial ids that it names.
func (w work) abstract() string {
	if len(w.named) == 0 {
		return ""
	}
	return "Trial registration: " + strings.Join(w.named, ", ") + "."
}

// text is what a search looks through.
func (w work) text() string {
	return folded(w.title + " " + w.abstract() + " " + w.registration)
}
