package extract

import (
	"math"
	"regexp"
	"strings"

	"past/internal/evidence"
	"past/internal/text"
)

// The ways in which texts say when a numbered visit was: "Visit 5 (Week 12)",
// "V2 = Day 8", "Week 36 (V6)", "(Week 52, V8)", "(Visit 3, Week 4)".
var visitTimes = func() []*regexp.Regexp {
	const visit, when = `\b(?:visit|v)\s*#?(?P<visit>\d{1,2})`,
		`(?P<when>(?:week|day|month)s?\s*[-−]?\d{1,3}|\d{1,3}[\s-]*(?:week|day|month)s?)`
	var out []*regexp.Regexp
	for _, p := range []string{
		visit + `\s*(?:[(\[=]|\bis\b|\bat\b)\s*(?:at\s+)?` + when + `\b`,
		`\b` + when + `\s*[(\[=]\s*` + visit + `\b`,
		`[(\[]` + visit + `\s*[,;:/-]\s*` + when + `[)\]]`,
		`[(\[]` + when + `\s*[,;:/-]\s*` + visit + `[)\]]`,
	} {
		out = append(out, regexp.MustCompile(`(?i)`+p))
	}
	return out
}()

// visitTime is when a visit was by the record's own words, where they name one
// time and no other for it.
func (x *outcome) visitTime(place string) (text.Moment, bool) {
	number, ok := strings.CutPrefix(place, evidence.OriginVisit+" ")
	if !ok {
		return text.Moment{}, false
	}
	if x.read.visits == nil {
		x.read.visits = visitsOf(x.record)
	}
	m, ok := x.read.visits[number]
	return m.moment, ok && m.ok
}

// visitsOf reads the times of a record's visits in the texts of its outcomes.
// A visit of which they name two times has none.
func visitsOf(r *evidence.Record) map[string]said {
	out := map[string]said{}
	read := func(texts ...string) {
		for _, s := range texts {
			if !containsAny(s, "V", "v") {
				continue
			}
			for _, re := range visitTimes {
				for _, m := range re.FindAllStringSubmatch(s, -1) {
					number := strings.TrimLeft(m[re.SubexpIndex("visit")], "0")
					at, ok := text.Single(m[re.SubexpIndex("when")])
					old, seen := out[number]
					same := !seen || old.ok && ok && math.Abs(old.moment.Weeks-at.Weeks) < 0.01
					out[number] = said{at, ok && same}
				}
			}
		}
	}
	for _, p := range r.Planned {
		read(p.Measure, p.Description, p.TimeFrame)
	}
	for i := range r.Results.Outcomes {
		o := &r.Results.Outcomes[i]
		read(o.Title, o.Description, o.TimeFrame)
		for _, c := range o.Classes {
			read(c.Title)
			for _, k := range c.Categories {
				read(k.Title)
			}
		}
	}
	for _, a := range r.Arms {
		read(a.Description)
	}
	read(r.Summary)
	return out
}
