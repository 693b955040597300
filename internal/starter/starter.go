package starter

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

//go:embed data
var files embed.FS

// Trial holds the facts of one trial that a source shows.
type Trial struct {
	ID          string   `json:"id"`
	Label       string   `json:"label"` // "Mitchell 2021"; empty where no report is in the set
	Year        int      `json:"year"`  // of the main report; 0 if unknown
	Substances  []string `json:"substances"`
	Conditions  []string `json:"conditions"`
	Populations []string `json:"populations"`
	Design      string   `json:"design"` // parallel-rct | crossover-rct | single-arm | ""
	Blinding    string   `json:"blinding"`
	Arms        []Arm    `json:"arms"`
	DOIs        []string `json:"dois"`
	PMIDs       []string `json:"pmids"`
	Basis       string   `json:"basis"`
}

// Arm is an arm with the doses that a source names.
type Arm struct {
	Role  string   `json:"role"` // experimental | comparator
	What  string   `json:"what"`
	Label string   `json:"label"`
	Doses []string `json:"doses"`
}

// Paper is a paper that names one or more register ids.
type Paper struct {
	DOI      string   `json:"doi"`
	PMID     string   `json:"pmid"`
	Year     string   `json:"year"`
	Title    string   `json:"title"`
	Kind     string   `json:"kind"` // a guess from the title
	TrialIDs []string `json:"trial_ids"`
	Authors  string   `json:"authors"` // as far as the source lists them, comma separated
	PMCID    string   `json:"pmcid"`
	// Retracted is the day on which the journal retracted the paper; empty
	// where no source says so.
	Retracted string `json:"retracted"`
}

// Date is the day on which the sources were read: the starter set's cut-off.
const Date = "2026-11-22"

type set struct {
	trials        []Trial
	papers        []Paper
	reports       []report
	registrations []Registration
	protocols     []Protocol
	results       []Posted
	err           error
}

var load = sync.OnceValue(func() set {
	var s set
	s.err = errors.Join(decode("data/trials.json", &s.trials), decode("data/papers.json", &s.papers),
		decode("data/reports.json", &s.reports), decode("data/registers.json", &s.registrations), decode("data/protocols.json", &s.protocols),
		decode("data/results.json", &s.results))
	return s
})

func decode(name string, v any) error {
	b, err := files.ReadFile(name)
	if err != nil {
		return fmt.Errorf("starter set: %w", err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("starter set: %s: %w", name, err)
	}
	return nil
}

// Posted is what a register posts of a trial's results: numbers, groups and
// denominators as facts, titles in our words.
type Posted struct {
	ID       string           `json:"id"`
	Sources  []string         `json:"sources"`
	Outcomes []map[string]any `json:"outcomes"` // as the API gives outcome measures
}

// Trials returns the trials, sorted by id.
func Trials() ([]Trial, error) { s := load(); return s.trials, s.err }

// Dataset is a published data set from which rows of the starter set were taken,
// with the licence that it states.
type Dataset struct{ Name, URL, Licence, LicenceID, LicenceURL, Attribution string }

// Datasets are the data sets of the starter set that state a licence; of the
// other sources only facts were taken.
func Datasets() []Dataset {
	var out []Dataset
	for _, name := range []string{"data-ptsd-mdmactr", "data-depression-psiloctr"} {
		out = append(out, Dataset{Name: "Metapsy, " + name, URL: "https://github.com/metapsy-project/" + name, Licence: "ODC-BY 1.0",
			LicenceID: "ODC-BY-1.0", LicenceURL: "https://opendatacommons.org/licenses/by/1-0/", Attribution: "Metapsy project"})
	}
	return out
}

// Notice is what the licence asks to go with the numbers of the data set.
func (d Dataset) Notice() string {
	return "Contains numbers from " + d.Name + " (" + d.URL + ", " + d.Attribution + "), made available under " + d.Licence + ", " +
		d.LicenceURL + "."
}

// Papers returns the papers.
func Papers() ([]Paper, error) { s := load(); return s.papers, s.err }

// Registrations returns what registers state of trials beyond what Trials says,
// one entry for each trial and register, sorted by register and id within it.
func Registrations() ([]Registration, error) { s := load(); return s.registrations, s.err }

// Substances lists the substances that the facts are about, as vocabulary ids:
// of any other, the set says nothing.
func Substances() []string {
	s := load()
	seen := map[string]bool{}
	for _, t := range s.trials {
		for _, x := range t.Substances {
			seen[strings.ToLower(x)] = true
		}
	}
	for _, r := range s.registrations {
		for _, x := range r.Substances {
			seen[strings.ToLower(x)] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// Extractions returns the extraction table as a review file.
func Extractions() ([]byte, error) { return files.ReadFile("data/extractions.csv") }

// ReviewFiles are the starter set's files of the review folder, by name: what
// people extracted, what was done to the evidence, what else is known, and the note
// on sources and licences.
func ReviewFiles() (map[string][]byte, error) {
	out := map[string][]byte{}
	for _, name := range []string{"extractions.csv", "measured.csv", "harms.csv", "notices.csv", "other-evidence.csv", "guesses.csv",
		"SOURCES.md"} {
		b, err := files.ReadFile("data/" + name)
		if err != nil {
			return nil, fmt.Errorf("starter set: %w", err)
		}
		out[name] = b
	}
	return out, nil
}
