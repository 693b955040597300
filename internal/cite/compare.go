package cite

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"past/internal/edition"
	"past/internal/evidence"
	"past/internal/synthesis"
)

// Row is one aspect of a finding then and now.
type Row struct {
	What    string `json:"what"`
	Then    string `json:"then"`
	Now     string `json:"now"`
	Changed bool   `json:"changed"`
}

// Comparison is a finding as it was cited and as it is.
type Comparison struct {
	ID        string   `json:"id"`
	Title     string   `json:"title"`
	Then      string   `json:"then_edition"`
	ThenDate  string   `json:"then_date"`
	Now       string   `json:"now_edition"`
	NowDate   string   `json:"now_date"`
	Changed   bool     `json:"changed"`
	Gone      bool     `json:"gone"` // the finding is no longer asked
	Rows      []Row    `json:"rows"`
	In        []string `json:"studies_in"`
	Out       []string `json:"studies_out"`
	Retracted []string `json:"retracted,omitempty"` // papers it rests on now
	Corrected []string `json:"corrected,omitempty"`
	ThenWords string   `json:"then_sentence"`
	NowWords  string   `json:"now_sentence"`
}

// Compare holds a finding of an earlier edition against the shelf's edition.
// The error is an *UnknownError when the earlier edition has no such finding.
func (s *Shelf) Compare(then edition.Document, id string) (Comparison, error) {
	i := slices.IndexFunc(then.Findings, func(f edition.Flat) bool { return f.ID == id })
	if i < 0 {
		var keys []string
		for _, f := range then.Findings {
			keys = append(keys, f.ID)
		}
		return Comparison{}, &UnknownError{Key: id + "@" + then.ID, Near: near(id, keys)}
	}
	old := then.Findings[i]
	c := Comparison{ID: id, Title: old.Title, Then: then.ID, ThenDate: then.Date, Now: s.Document.ID, NowDate: s.Document.Date,
		ThenWords: old.Sentence, In: []string{}, Out: []string{}}
	now, ok := s.Finding(id)
	if !ok {
		c.Gone, c.Changed = true, true
		return c, nil
	}
	c.NowWords = now.Sentence
	c.row("estimate and interval", old.EstimateWords(), now.EstimateWords())
	c.row("prediction interval", prediction(old), prediction(now))
	c.row("studies (k)", fmt.Sprint(old.K), fmt.Sprint(now.K))
	c.row("participants (n)", fmt.Sprint(old.N), fmt.Sprint(now.N))
	c.row("certainty", old.CertaintyWords(), now.CertaintyWords())
	c.row("model", model(old), model(now))
	c.row("verdict on its claims", verdicts(then.Claims, id), verdicts(s.Document.Claims, id))
	c.In, c.Out = minus(now.Studies, old.Studies), minus(old.Studies, now.Studies)
	c.Changed = c.Changed || len(c.In)+len(c.Out) > 0
	if f, ok := s.findings[id]; ok {
		c.Retracted = slices.Clone(f.Retracted)
		c.Changed = c.Changed || len(c.Retracted) > 0
	}
	for _, it := range s.Studies(now) {
		for _, n := range it.Notes {
			if strings.HasPrefix(strings.ToLower(n), "erratum") || strings.HasPrefix(strings.ToLower(n), "correct") {
				c.Corrected = append(c.Corrected, cmp.Or(it.DOI, it.PMID)+": "+n)
			}
		}
	}
	return c, nil
}

func (c *Comparison) row(what, then, now string) {
	c.Rows = append(c.Rows, Row{what, then, now, then != now})
	c.Changed = c.Changed || then != now
}

func prediction(f edition.Flat) string {
	if f.PILb == nil || f.PIUb == nil {
		return "none"
	}
	return fmt.Sprintf("[%s, %s]", f.Shown(*f.PILb), f.Shown(*f.PIUb))
}

func model(f edition.Flat) string {
	if f.K < 2 {
		return "no pooling"
	}
	return string(f.Headline.Kind) + "; " + synthesis.ModelWords(f.Method, f.Test) + ", formulas of " + f.Formula
}

func verdicts(claims []evidence.ClaimVerdict, finding string) string {
	var out []string
	for _, c := range claims {
		if slices.Contains(c.Findings, finding) {
			out = append(out, c.ID+" "+string(c.Verdict))
		}
	}
	if len(out) == 0 {
		return "none bound"
	}
	return strings.Join(out, "; ")
}

func minus(a, b []string) []string {
	out := []string{}
	for _, x := range a {
		if !slices.Contains(b, x) && !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

// String is the comparison for people.
func (c Comparison) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\nthen %s (data to %s), now %s (data to %s)\n", c.ID, c.Title, c.Then, c.ThenDate, c.Now, c.NowDate)
	if c.Gone {
		b.WriteString("the finding is no longer part of the edition\n")
		return b.String()
	}
	for _, r := range c.Rows {
		mark := " "
		if r.Changed {
			mark = "*"
		}
		fmt.Fprintf(&b, "%s %-22s %s", mark, r.What, r.Then)
		if r.Changed {
			fmt.Fprintf(&b, "  ->  %s", r.Now)
		}
		b.WriteByte('\n')
	}
	for _, l := range []struct {
		name string
		list []string
	}{{"studies in", c.In}, {"studies out", c.Out}, {"retracted", c.Retracted}, {"corrected", c.Corrected}} {
		if len(l.list) > 0 {
			fmt.Fprintf(&b, "* %-22s %s\n", l.name, strings.Join(l.list, "; "))
		}
	}
	if !c.Changed {
		b.WriteString("nothing has changed since\n")
	} else {
		fmt.Fprintf(&b, "now: %s\n", c.NowWords)
	}
	return b.String()
}
