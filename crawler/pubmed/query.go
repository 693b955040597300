package pubmed

import (
	"net/url"
	"strings"
	"time"

	"past/crawler"
	"past/crawler/boolean"
)

const (
	// maxTerm bounds the encoded length of a search term. The E-utilities refuse
	// addresses beyond a few thousand bytes; longer ones go by POST.
	maxTerm = 6000
	// overlap is how far an increment reaches back before the last complete
	// crawl: PubMed's dates have no time of day, and its day is not ours.
	overlap = 24 * time.Hour
	// notHumans leaves out what is indexed as done in animals only (the
	// Cochrane Handbook's form, technical supplement to chapter 4).
	notHumans = " NOT (animals[mh] NOT humans[mh])"
)

// Plan implements crawler.Source: for each substance its synonyms and those of
// all conditions as text words (title, abstract, MeSH, substance names and
// keywords). An increment asks for what was entered or revised since then.
func (s *Source) Plan(q crawler.QuestionSet) ([]crawler.Query, error) {
	w := boolean.Writer{Term: term, Max: maxTerm, Mesh: heading, Also: trialWords}
	var out []crawler.Query
	for _, p := range w.Plan(q) {
		text := p.Text
		if strings.Contains(text, " AND ") && !strings.HasPrefix(text, "(") {
			text = "(" + text + ")"
		}
		text += notHumans
		if !q.Since.IsZero() {
			from := q.Since.UTC().Add(-overlap).Format("2006/01/02")
			text = "(" + text + ") AND (" + from + ":3000[edat] OR " + from + ":3000[lr])"
		}
		v := s.params(url.Values{"term": {text}, "usehistory": {"y"}, "retmax": {"0"}, "retmode": {"json"}})
		out = append(out, crawler.Query{Key: p.Key, Text: text, About: p.About, URL: s.base() + "/esearch.fcgi?" + v.Encode()})
	}
	return out, nil
}

// trialWords find reports of trials of whatever condition.
var trialWords = []string{"randomized", "randomised", "placebo", "double-blind", "clinical trial"}

// heading writes a MeSH heading, which PubMed widens to those below it.
func heading(h string) string { return boolean.Quoted(h) + "[mh]" }

// term writes a term as a phrase that is looked for in the text words.
func term(t string) string {
	t = strings.NewReplacer("[", " ", "]", " ", "*", " ", ":", " ").Replace(t)
	if t = boolean.Quoted(t); t == "" {
		return ""
	}
	return t + "[tw]"
}

// params adds the database and the name of the program to a request's
// parameters. What is the user's own, key and address, is added by ask, where
// no stored address shows it.
func (s *Source) params(v url.Values) url.Values {
	v.Set("db", "pubmed")
	v.Set("tool", "past")
	return v
}
