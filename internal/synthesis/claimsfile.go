package synthesis

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"past/internal/review"
	"past/internal/text"
	"past/internal/vocab"
)

// claimKinds are the kinds that a verdict rule exists for, and those that
// trials of a drug cannot answer.
var claimKinds = []string{"efficacy", "mechanism", "absence", "prevalence", "non-drug"}

// Mistake is what is wrong with one entry of a YAML file.
type Mistake struct {
	Line    int    // 1-based; 0 where the place is unknown
	ID      string // of the entry, where it has one
	Message string
}

// ReadClaims reads a claims file and gives the claims that can be judged and
// the mistakes of the others, with their lines. taken holds the ids in use with
// the file each is in; those of this file are added. An error means that
// the file as a whole cannot be read.
func ReadClaims(name string, data []byte, v *vocab.Vocabulary, questions []Question, taken map[string]string) ([]Claim, []Mistake, error) {
	cs, broken, err := text.DecodeYAMLList[Claim](name, data)
	if err != nil {
		return nil, nil, err
	}
	at := entryLines(data)
	for _, c := range v.Claims() {
		taken[c.ID] = "the program"
	}
	var out []Claim
	var mistakes []Mistake
	for i := range cs {
		c := &cs[i]
		if broken[i] != nil {
			mistakes = append(mistakes, Mistake{Line: at.line(i, ""), ID: at.id(i), Message: broken[i].Error()})
			continue
		}
		if c.Kind == "" {
			c.Kind = "efficacy"
		}
		wrong := checkClaim(c, v, questions)
		switch {
		case strings.TrimSpace(c.ID) == "" || strings.ContainsFunc(c.ID, unicode.IsSpace):
			wrong = append(wrong, fault{"id", "the id must be a word: a verdict is followed through the editions by it"})
		case taken[c.ID] != "":
			wrong = append(wrong, fault{"id", fmt.Sprintf("the id is in use by %s; the program's own claims are C1 to C12", taken[c.ID])})
		default:
			taken[c.ID] = name
		}
		for _, w := range wrong {
			mistakes = append(mistakes, Mistake{Line: at.line(i, w.key), ID: c.ID, Message: w.text})
		}
		if len(wrong) == 0 {
			out = append(out, *c)
		}
	}
	return out, mistakes, nil
}

// fault is a mistake at a key of an entry.
type fault struct{ key, text string }

// nearestQuestion names the question whose id is most like one that is not asked.
func nearestQuestion(id string, questions []Question) string {
	ids := make([]string, len(questions))
	for i, q := range questions {
		ids[i] = q.ID
	}
	best := text.Nearest(id, ids, max(3, len(id)/3)-1)
	if best == "" {
		return ""
	}
	return "; is it " + best + "?"
}

func checkClaim(c *Claim, v *vocab.Vocabulary, questions []Question) []fault {
	var out []fault
	bad := func(key, format string, args ...any) { out = append(out, fault{key, fmt.Sprintf(format, args...)}) }
	if strings.TrimSpace(c.Text) == "" {
		bad("text", "text is missing: the claim as a sentence")
	}
	if !slices.Contains(claimKinds, c.Kind) {
		bad("kind", "kind %q is none of %s", c.Kind, strings.Join(claimKinds, ", "))
	}
	for _, id := range c.Questions {
		if !slices.ContainsFunc(questions, func(q Question) bool { return q.ID == id }) {
			bad("questions", "no question is called %q%s; past analyse --json lists the questions asked", id, nearestQuestion(id, questions))
		}
	}
	if (c.Kind == "efficacy" || c.Kind == "mechanism") && len(c.Questions) == 0 && len(c.Outcomes) == 0 {
		bad("", "neither questions nor outcomes: nothing would answer it")
	}
	if c.Kind == "mechanism" && len(c.Questions) > 0 {
		bad("questions", "a claim of kind mechanism is judged outcome by outcome: name outcomes instead of questions, or leave kind out")
	}
	if c.Says != "" && c.Says != "higher" && c.Says != "lower" {
		bad("says", "says %q is neither higher nor lower", c.Says)
	}
	for _, id := range c.Questions {
		if i := slices.IndexFunc(questions, func(q Question) bool { return q.ID == id }); i >= 0 && questions[i].Kind == "harm" && c.Says == "" {
			bad("questions", "question %s is about a harm: add says: higher or says: lower, the side that the claim is about", id)
		}
	}
	if c.Kind == "absence" && (len(c.Topics) == 0 || len(c.Substances) == 0) {
		bad("", "a claim of absence needs topics and substances to count")
	}
	for _, x := range []struct {
		key, kind string
		words     []string
	}{{"substances", "substances", c.Substances}, {"conditions", "conditions", c.Conditions}, {"topics", "topics", c.Topics},
		{"outcomes", "domains", c.Outcomes}, {"instruments", "instruments", c.Instruments}} {
		for _, w := range x.words {
			if m := review.WordMistake(v, x.kind, w); m != "" {
				bad(x.key, "%s: %s", x.key, m)
			}
		}
	}
	return out
}
