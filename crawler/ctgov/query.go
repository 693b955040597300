package ctgov

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"past/crawler"
)

// maxField bounds the encoded length of one search field. The register states
// no limit; servers commonly refuse addresses beyond 8,000 bytes, and two
// fields with their parameters stay well below that.
const maxField = 3000

// overlap is how far an increment reaches back before the last complete crawl:
// the register's dates have no time of day, and its day is not ours.
const overlap = 24 * time.Hour

// Plan implements crawler.Source: for each substance its synonyms in the field
// "Intervention/treatment" and, unless the substance is rare, those of all
// conditions in "Condition/disease", cut into several queries where they would be too long. The register's own
// search adds its synonyms to ours.
func (s *Source) Plan(q crawler.QuestionSet) ([]crawler.Query, error) {
	var conds []string
	for _, c := range q.Conditions {
		conds = append(conds, c.Terms...)
	}
	condFields := fields(conds)
	if len(q.Substances) == 0 && len(conds) == 0 {
		return nil, nil
	}
	subs := q.Substances
	if len(subs) == 0 {
		subs = []crawler.Concept{{ID: "conditions"}}
	}
	var out []crawler.Query
	for _, sub := range subs {
		intrFields := fields(sub.Terms)
		conditions := condFields
		if sub.Rare {
			conditions = []string{""}
		}
		parts := len(intrFields) * len(conditions)
		n := 0
		for _, intr := range intrFields {
			for _, cond := range conditions {
				n++
				if intr == "" && cond == "" {
					continue
				}
				query := s.query(sub.ID, part(n, parts), intr, cond, q)
				query.About.Conditions = named(q.Conditions, cond)
				if len(q.Substances) > 0 {
					query.About.Substances = []string{sub.ID}
				}
				out = append(out, query)
			}
		}
	}
	return out, nil
}

// named are the concepts of which a search field holds a word.
func named(concepts []crawler.Concept, field string) []string {
	var out []string
	words := strings.Split(strings.ToLower(field), " or ")
	for _, c := range concepts {
		if slices.ContainsFunc(c.Terms, func(t string) bool { return t != "" && slices.Contains(words, strings.ToLower(term(t))) }) {
			out = append(out, c.ID)
		}
	}
	return out
}

func part(n, of int) string {
	if of == 1 {
		return ""
	}
	return "-" + strconv.Itoa(n) + "of" + strconv.Itoa(of)
}

func (s *Source) query(id, part, intr, cond string, q crawler.QuestionSet) crawler.Query {
	v := url.Values{}
	var text []string
	set := func(param, label, value string) {
		if value != "" {
			v.Set(param, value)
			text = append(text, label+": "+value)
		}
	}
	set("query.cond", "Condition/disease", cond)
	set("query.intr", "Intervention/treatment", intr)
	if !q.Since.IsZero() {
		from := q.Since.UTC().Add(-overlap).Format(time.DateOnly)
		v.Set("filter.advanced", "AREA[LastUpdatePostDate]RANGE["+from+",MAX]")
		text = append(text, "Last update posted, from: "+from)
	}
	v.Set("format", "json")
	v.Set("countTotal", "true")
	// A study's first posting never changes, so no study moves from one page
	// to another while they are read.
	v.Set("sort", "StudyFirstPostDate:asc")
	return crawler.Query{
		Key:  id + part + "-" + keyHash(intr, cond),
		Text: strings.Join(text, " | "),
		URL:  s.base() + "/studies?" + v.Encode(),
	}
}

// keyHash identifies what is asked, in whatever order its words stand.
func keyHash(fields ...string) string {
	var all []string
	for i, f := range fields {
		for _, t := range strings.Split(f, " OR ") {
			all = append(all, strconv.Itoa(i)+strings.ToLower(t))
		}
	}
	slices.Sort(all)
	sum := sha256.Sum256([]byte(strings.Join(all, "\n")))
	return hex.EncodeToString(sum[:4])
}

// fields joins terms with OR into as few search fields as the length limit
// allows; no terms give one empty field.
func fields(terms []string) []string {
	var out []string
	var field string
	seen := map[string]bool{}
	for _, t := range terms {
		t = term(t)
		if low := strings.ToLower(t); t == "" || seen[low] {
			continue
		} else {
			seen[low] = true
		}
		longer := t
		if field != "" {
			longer = field + " OR " + t
		}
		if field != "" && len(url.QueryEscape(longer)) > maxField {
			out = append(out, field)
			longer = t
		}
		field = longer
	}
	return append(out, field)
}

// operators of the register's search language must not be read as such when
// they are words of a term.
var operators = []string{"AND", "OR", "NOT", "AREA", "SEARCH", "RANGE", "COVERAGE", "EXPANSION", "MISSING", "CONCEPT", "ALL", "TILT"}

// term writes a term so that the register takes it as words: quoted, unless it
// is a single plain one.
func term(t string) string {
	t = strings.Join(strings.Fields(strings.NewReplacer(`"`, " ", `\`, " ").Replace(t)), " ")
	plain := t != ""
	for _, r := range t {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9') {
			plain = false
		}
	}
	if plain && !slices.Contains(operators, strings.ToUpper(t)) || t == "" {
		return t
	}
	return `"` + t + `"`
}
