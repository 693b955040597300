package coding

import (
	"regexp"
	"strings"

	"past/internal/evidence"
)

// criterion is one line of an eligibility text in its section.
type criterion struct {
	text    string
	exclude bool // under an exclusion heading
	known   bool // under any heading
}

var (
	heading = regexp.MustCompile(`(?i)^[\W_]*(?:[\p{L}\d/'’-]+\s+){0,4}?(?:d['’])?(inclusion|exclusion|include|exclude|included|` +
		`excluded|` +
		`ineligib\w*|eligib\w*|(?:ein|aus)schluss\w*|(?:in|ex)clusi[oó]n|(?:in|e)sclusione|inclusione)(?:\b|$)[^.;]{0,60}:?\W*$`)
	excludeWords = regexp.MustCompile(`(?i)exclu|ineligib|ausschluss|esclusion`)
	bullet       = regexp.MustCompile(`^\s*(?:[*•·\-–]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+`)
	excludeLead  = regexp.MustCompile(`(?i)^(participants?|subjects?|patients?|individuals?|people|women|men|` +
		`any(one)?)?\b.{0,30}\b(will be|are|is|were) (excluded|not eligible|ineligible)|^must not|^(no|not) `)
)

// criteria splits an eligibility text into its criteria, one a line. A line that
// ends in a colon opens a list whose items it belongs to.
func criteria(text string) []criterion {
	var out []criterion
	var now criterion
	lead, leadIndent := "", -1
	for line := range strings.Lines(text) {
		trimmed := strings.TrimSpace(line)
		if trimmed == "" {
			continue
		}
		if m := heading.FindStringSubmatch(trimmed); m != nil && len(trimmed) < 100 {
			now = criterion{known: true, exclude: excludeWords.MatchString(trimmed)}
			lead, leadIndent = "", -1
			continue
		}
		indent := len(line) - len(strings.TrimLeft(line, " \t"))
		item := strings.TrimSpace(bullet.ReplaceAllString(line, ""))
		if leadIndent >= 0 && indent <= leadIndent {
			lead, leadIndent = "", -1
		}
		if strings.HasSuffix(item, ":") {
			lead, leadIndent = item, indent
			continue
		}
		c := now
		c.text = item
		if lead != "" {
			c.text = lead + " " + item
		}
		out = append(out, c)
	}
	return out
}

// Stances of a code in an eligibility text.
const (
	Excluded  = "excluded"
	Required  = "required"
	Allowed   = "allowed"
	Mentioned = "mentioned" // which of the three the text does not make clear
)

var (
	negation = regexp.MustCompile(`(?i)\b(no|not|without|never|negative|absence of|free (of|from)|none|cannot|unable|excluding|exclude[sd]?|` +
		`refrain\w*|abstain\w*|discontinu\w*|taper\w*|stop(ped|ping)?|wash-?\s?out|agree\w* (not|to avoid)|off (all )?)\b|\bnon\b[^-]`)
	permission = regexp.MustCompile(
		`(?i)\b(unless stable|(is|are|be|will be) (allowed|permitted|acceptable)|allowed if|permitted if|may continue|` +
			`(stable|fixed|unchanged) (dos|regimen|on )|not (be )?exclu|(is|are) not excluded|not exclusionary)`)
	unstable = regexp.MustCompile(`(?i)\bunstable|not (been )?(on )?(a )?stable|uncontrolled|chang(e|ed|es)\b`)
)

// stance decides what a criterion says of the words found at [at].
func (c *Code) stance(k criterion, at []int) string {
	before := clause(k.text[:at[0]])
	switch {
	case permission.MatchString(k.text) && !unstable.MatchString(k.text):
		return Allowed
	case c.negated != nil && c.negated.MatchString(k.text):
		return Excluded
	case excludeLead.MatchString(k.text):
		return Excluded
	case !k.known:
		if negation.MatchString(before) {
			return Excluded
		}
		return Mentioned
	case k.exclude:
		if doubleNegative.MatchString(before) && !stopping.MatchString(before) {
			return Required
		}
		return Excluded
	case negation.MatchString(before) || negation.MatchString(k.text[at[0]:at[1]]) || stopped.MatchString(k.text[at[1]:]):
		return Excluded
	}
	return Required
}

// stopping in an exclusion ("unwilling to discontinue") and stopped after the words
// ("medicines tapered off") both leave out who goes on taking something.
var (
	stopping = regexp.MustCompile(`(?i)\b(discontinue|stop|taper|withdraw|wash-?out|refrain|abstain)\w*`)
	stopped  = regexp.MustCompile(`(?i)^[^;.]{0,60}\b(discontinued|stopped|tapered|washed out|withdrawn|not (allowed|permitted))\b`)
)

// doubleNegative turns an exclusion of those without something into a demand.
var doubleNegative = regexp.MustCompile(`(?i)\b(unable|inability|not able|cannot|does not|do not|lack of|without|absence ` +
	`of|unwilling|(not|non-)\s?(\w+ )?(fluent|proficient|speaking))\b`)

// clause is the part of text after its last boundary.
func clause(text string) string {
	if i := strings.LastIndexAny(text, ";:."); i >= 0 {
		return text[i+1:]
	}
	return text
}

func readEligibility(r *evidence.Record, add func(evidence.Coded)) {
	codes := Codes()
	for _, k := range criteria(r.Eligibility) {
		lower := strings.ToLower(k.text)
		for i := range codes {
			c := &codes[i]
			if c.Group != LeftOut || !c.hinted(lower) {
				continue
			}
			if at, ok := c.find(k.text); ok {
				add(evidence.Coded{Group: LeftOut, Code: c.ID, Stance: c.stance(k, at), Quote: k.text, Field: "eligibility"})
			}
		}
	}
}
