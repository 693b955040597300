package reports

import (
	"bufio"
	"crypto/sha256"
	"encoding/json"
	"html/template"
	"io"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/reports/internal/show"
)

// trialColumns name the fields of a trial in the data that search and filters
// use, in order.
var trialColumns = []string{"id", "title", "href", "status", "cls", "phase", "from", "to", "start", "n", "enrolment", "about", "who",
	"sponsor", "substance", "condition", "country", "results", "retold"}

// trialConf shows the page's script where the data of all trials are: in the
// page while they fit on one, else in a script beside it that is loaded when
// somebody searches.
func (s *site) trialConf(p *page) template.JS {
	conf := map[string]any{"columns": trialColumns}
	if s.trialFile == nil {
		conf["rows"] = s.trialRows(p.Href)
		return jsonFor(conf)
	}
	conf["file"], conf["sum"], conf["total"] = s.trialFile.name, s.trialFile.sri, len(s.Ed.Trials)
	conf["facets"] = s.trialFacets
	return jsonFor(conf)
}

// makeTrialFile prepares the shared data where there is more than one page.
func (s *site) makeTrialFile() {
	if s.single || len(s.Ed.Trials) <= trialsPerPage {
		return
	}
	s.trialFile = newListFile("trials", "pastTrials", func(yield func(any)) {
		for i := range s.Ed.Trials {
			yield(s.trialRow(&s.Ed.Trials[i], func(to string) string { return to }))
		}
	})
	s.trialFacets = map[string][]string{
		"status":    facet(s.Ed.Trials, func(t *TrialRow) []string { return []string{string(t.Status)} }),
		"substance": facet(s.Ed.Trials, func(t *TrialRow) []string { return t.Substances }),
		"condition": facet(s.Ed.Trials, func(t *TrialRow) []string { return t.Conditions }),
	}
}

// facet lists the values of a field, sorted.
func facet(list []TrialRow, of func(*TrialRow) []string) []string {
	seen := map[string]bool{}
	for i := range list {
		for _, v := range of(&list[i]) {
			if v = show.Clip(v, 60); v != "" {
				seen[v] = true
			}
		}
	}
	out := make([]string, 0, len(seen))
	for v := range seen {
		out = append(out, v)
	}
	slices.Sort(out)
	return out
}

// listFile is a script that calls a function with a list. Its items are made once for
// its hash, which its name has, and again when it is written: a list of 50,000 items
// is too long to be held while the pages are drawn.
type listFile struct {
	asset
	function string
	items    func(yield func(any))
}

func newListFile(stem, function string, items func(yield func(any))) *listFile {
	l := &listFile{function: function, items: items}
	h := sha256.New()
	_ = l.write(h) // a hash takes everything
	l.asset = assetOf(stem, ".js", h.Sum(nil))
	return l
}

func (l *listFile) write(to io.Writer) error {
	w := bufio.NewWriter(to)
	w.WriteString(l.function + "(")
	sep := "["
	l.items(func(item any) {
		if js, err := json.Marshal(item); err == nil { // strings and numbers only: it can not fail
			w.WriteString(sep)
			w.Write(js)
			sep = ","
		}
	})
	if sep == "[" {
		w.WriteString(sep)
	}
	w.WriteString("]);\n")
	return w.Flush() // with the first error of any writing
}

func (s *site) trialRows(href func(string) string) [][]any {
	out := make([][]any, 0, len(s.Ed.Trials))
	for i := range s.Ed.Trials {
		out = append(out, s.trialRow(&s.Ed.Trials[i], href))
	}
	return out
}

// trialRow has the fields of trialColumns.
func (s *site) trialRow(t *TrialRow, href func(string) string) []any {
	v := s.trialView(t)
	n, start, results, retold := -1, "", "0", 0
	if t.Enrolment != nil {
		n = *t.Enrolment
	}
	if _, _, p := t.Start.Bounds(); p != evidence.NoDate {
		start = strings.TrimSpace(t.Start.Raw)
	}
	if t.HasResults {
		results = "1"
	}
	if t.Restated {
		retold = 1
	}
	to := ""
	if v.Href != "" {
		to = href(v.Href)
	}
	return []any{v.ID, show.Clip(t.Title, 160), to, v.Status, v.Class, v.Phase, v.From, v.To, start, n, v.N, v.About, v.Sponsor,
		show.Clip(t.Sponsor, 100),
		clipAll(t.Substances, 60), clipAll(t.Conditions, 60), clipAll(t.Countries, 60), results, retold}
}
