package cite

import (
	"fmt"
	"strconv"
	"strings"
)

// The kinds of work, in the words of the Citation Style Language.
const (
	Article  = "article-journal"
	Preprint = "article"
	Dataset  = "dataset"
	Software = "software"
	Webpage  = "webpage"
)

// Name of an author: a person in two parts, or a body as it calls itself.
type Name struct {
	Family, Given, Suffix string
	Literal               string
}

// Date as far as it is known; the zero value is no date.
type Date struct{ Year, Month, Day int }

// ParseDate reads YYYY, YYYY-MM or YYYY-MM-DD and leaves out what is not a
// number in its range.
func ParseDate(s string) Date {
	var d Date
	parts := strings.SplitN(strings.TrimSpace(s), "-", 3)
	if y, err := strconv.Atoi(parts[0]); err == nil && y > 0 && y < 10000 {
		d.Year = y
	}
	if d.Year > 0 && len(parts) > 1 {
		if m, err := strconv.Atoi(parts[1]); err == nil && m >= 1 && m <= 12 {
			d.Month = m
		}
	}
	if d.Month > 0 && len(parts) > 2 {
		if day, err := strconv.Atoi(parts[2]); err == nil && day >= 1 && day <= 31 {
			d.Day = day
		}
	}
	return d
}

// String is the date as YYYY[-MM[-DD]], "" for none.
func (d Date) String() string {
	switch {
	case d.Year == 0:
		return ""
	case d.Month == 0:
		return fmt.Sprintf("%04d", d.Year)
	case d.Day == 0:
		return fmt.Sprintf("%04d-%02d", d.Year, d.Month)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// Item is one citable work. Empty fields are unknown and are left out.
type Item struct {
	Key  string // citation key, stable
	Type string // one of the constants above

	Authors []Name
	// MoreAuthors is set when the source names only the first authors.
	MoreAuthors bool

	Title, ContainerTitle, Volume, Issue, Pages string
	DOI, PMID, PMCID, URL                       string
	Publisher, Version, Language                string
	// Number is the work's id within its container: a finding's id, a
	// register's id.
	Number string
	// Location is the place within the edition: the permalink.
	Location string
	Notes    []string
	// TrialIDs are the register ids of the trial that a paper reports.
	TrialIDs []string

	Issued, Accessed Date
}

// note joins the notes and the trial ids for formats with one note field.
func (i Item) note() string {
	parts := append([]string{}, i.Notes...)
	if len(i.TrialIDs) > 0 {
		parts = append(parts, "Trial registration: "+strings.Join(i.TrialIDs, ", "))
	}
	if i.MoreAuthors {
		parts = append(parts, "Author list incomplete in the source")
	}
	for k, p := range parts {
		parts[k] = strings.TrimSuffix(oneLine(p), ".")
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, ". ") + "."
}

// link is the address to give: the stated one, else that of the DOI.
func (i Item) link() string {
	if i.URL == "" && i.DOI != "" {
		return "https://doi.org/" + i.DOI
	}
	return i.URL
}

// oneLine replaces every run of white space and control characters by one
// space, so that no field can end a line or an entry early.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return r <= ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 || r == 0xfffd
	}), " ")
}
