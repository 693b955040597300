package vocab

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"past/internal/evidence"
)

// Grammar is a kind of text that patterns describe: a kind of outcome, an
// answer, a unit. Its examples are its tests.
type Grammar struct {
	ID   string `yaml:"id"`
	Note string `yaml:"note"`
	// Negates names the kind of outcome of which this is the absence.
	Negates string `yaml:"negates"`
	// Stems are parts of words of which one occurs in every text that matches;
	// they rule most texts out before a pattern is tried. Empty rules none out.
	Stems []string `yaml:"stems"`
	// Plain are words of which one settles the matter without a pattern.
	Plain []string `yaml:"plain"`
	// Match are patterns of which one must occur, Unless those of which none may.
	Match    []string `yaml:"match"`
	Unless   []string `yaml:"unless"`
	Examples []string `yaml:"examples"`
	Not      []string `yaml:"not"`

	match, unless *regexp.Regexp
}

func (g *Grammar) compile() (err error) {
	if g.match, err = anyOf(g.Match); err == nil {
		g.unless, err = anyOf(g.Unless)
	}
	if err != nil {
		return fmt.Errorf("kind %s: %w", g.ID, err)
	}
	return nil
}

func anyOf(patterns []string) (*regexp.Regexp, error) {
	if len(patterns) == 0 {
		return nil, nil
	}
	joined := "(?:" + strings.Join(patterns, ")|(?:") + ")"
	// a name of an instrument, or a bracket around it, counts as words between
	return regexp.Compile(strings.ReplaceAll(joined, `(?:\w+ ){`, `(?:[\w§()-]+ ){`))
}

func (g *Grammar) matches(folded string) bool {
	if len(g.Stems) > 0 && !containsAny(folded, g.Stems) {
		return false
	}
	return (containsAny(folded, g.Plain) || g.match.MatchString(folded)) && (g.unless == nil || !g.unless.MatchString(folded))
}

// firstKind is the id of the first grammar that a folded text matches.
func firstKind(list []Grammar, folded string) string {
	for i := range list {
		if list[i].matches(folded) {
			return list[i].ID
		}
	}
	return ""
}

// Says is [Vocabulary.OutcomeKind] and [Vocabulary.ScoreSaid] of one text.
func (v *Vocabulary) Says(text string) (event, score string) {
	folded := foldKind(text)
	events, scores := mayName(v.kinds, folded), mayName(v.scores, folded)
	if !events && !scores {
		return "", ""
	}
	r := v.read(text, len(text))
	if events {
		event = r.outcomeKind()
	}
	if scores {
		score = firstKind(v.scores, r.folded())
	}
	return event, score
}

// OutcomeKind says which event a title or a row of an outcome names, as one of
// evidence's Score constants (response, non-remission, time-to-event, …); ""
// when it names none. Words inside names of instruments do not count.
func (v *Vocabulary) OutcomeKind(text string) string {
	event, _ := v.Says(text)
	return event
}

// outcomeKind is the kind of outcome that the text names; "" for none.
func (r *reading) outcomeKind() string {
	if r.event == nil {
		kind := ""
		if mayName(r.v.kinds, r.folded()) {
			kind = firstKind(r.v.kinds, r.folded())
		}
		if kind == "none" {
			kind = ""
		}
		r.event = &kind
	}
	return *r.event
}

// folded is the text as patterns of kinds.yaml are tried on it.
func (r *reading) folded() string {
	if r.plain == "" {
		r.plain = foldKind(r.masked())
	}
	return r.plain
}

// ScoreSaid says what a title or a row says of a score: auc, percent-change or
// change; "" when it says none of these. Words inside names of instruments do
// not count.
func (v *Vocabulary) ScoreSaid(text string) string {
	_, score := v.Says(text)
	return score
}

// ScoreDescribed says whether a description says that changes are reported:
// change or "".
func (v *Vocabulary) ScoreDescribed(description string) string {
	for _, s := range sentencesOf(description) {
		if k := firstKind(v.described, s); k != "" {
			return k
		}
	}
	return ""
}

// DescribedIs says whether a description says that positive numbers are
// reported for an improvement or a fall; "" when it does not.
func (v *Vocabulary) DescribedIs(description string) string {
	for _, s := range sentencesOf(description) {
		if k := firstKind(v.describedBetter, s); k != "" {
			return k
		}
	}
	return ""
}

// sentencesOf cuts a description into sentences, folded.
func sentencesOf(description string) []string {
	return strings.FieldsFunc(foldKind(description), func(r rune) bool { return r == '.' || r == ';' || r == '!' })
}

// PositiveIs says whether a text calls a positive number an improvement or a
// fall; "" when it does not.
func (v *Vocabulary) PositiveIs(text string) string {
	return firstKind(v.better, foldKind(text))
}

// mayName reports whether a folded text has a stem of one of the kinds.
func mayName(list []Grammar, s string) bool {
	for i := range list {
		if containsAny(s, list[i].Stems) {
			return true
		}
	}
	return false
}

// masked is the text with the names of instruments replaced, so that their
// words are not read as the outcome's.
func (r *reading) masked() string {
	var b strings.Builder
	at := 0
	for _, h := range r.hits {
		if h.kind != patInstrument || r.v.byInstrument[h.id].unnamed() || r.v.byInstrument[h.id].Kind == kindPhysiology ||
			r.tokens[h.first].Start < at {
			continue
		}
		b.WriteString(r.text[at:r.tokens[h.first].Start])
		b.WriteString("§")
		at = r.tokens[h.last].End
	}
	b.WriteString(r.text[at:])
	return b.String()
}

// earlier are treatments of which a population is said not to have answered.
const earlier = `(?:\w+ ){0,3}(?:antidepress\w+|treatments?|therap\w+|ssris?|snris?|medications?|drugs?|psychotherap\w+)`

var (
	// kindPopulation finds answers to earlier treatment, which choose the people
	// and are not counted among them.
	kindPopulation = regexp.MustCompile(`\b(?:in|among|amongst|for|of) (?:the |those |all |patients |participants |subjects ` +
		`|adults |people |who |were |are |with |prior |previous |initial |early |ssri |snri |antidepressant |treatment |placebo ` +
		`)*non[ -]?(?:responders|remitters)\b(?: to ` + earlier + `)?` +
		`|\b(?:treatment|ssri|antidepressant|medication|therapy|drug)[ -]non[ -]?respon\w+ ` +
		`(?:depress\w+|patients|participants|ptsd|anxiety|disorder)` +
		`|\b(?:inadequate|insufficient|prior|previous|history of) (?:\w+ )?(?:non[ -]?)?response to ` + earlier + `\b`)
	kindSigns = strings.NewReplacer("’", " ", "'", " ", "‑", "-", "‐", "-", "≥", ">=", "≤", "<=",
		"(yes/no)", "", "(yes or no)", "", "(no/yes)", "", "(y/n)", "", "yes/no", "")
	kindNumber = regexp.MustCompile(`\bno\.\s+of\b`)
	// kindImputed finds what is assumed of missing people, which is not what is counted.
	kindImputed = regexp.MustCompile(`\bnon[ -]?respon\w+ imputation\b|\bimput\w+ (?:\w+ )?non[ -]?respon\w+(?: for missing)?` +
		`|\b(?:missing|drop-?outs?|discontinu\w+|withdr\w+|` +
		`those)\b[\w ]{0,40}?(?:=|\bas\b|\bconsidered\b|\bassumed\b|\bto be\b) *non[ -]?respon\w+`)
)

// foldKind is how text is written before patterns of kinds.yaml are tried.
func foldKind(s string) string {
	s = kindSigns.Replace(strings.ToLower(s))
	if strings.Contains(s, "no.") {
		s = kindNumber.ReplaceAllString(s, "number of")
	}
	if strings.Contains(s, "respon") || strings.Contains(s, "remi") {
		if strings.Contains(s, "non") {
			s = kindImputed.ReplaceAllString(s, " ")
		}
		s = kindPopulation.ReplaceAllString(s, " ")
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || r == '/' || r == '_' || r == '–' ||
			r == '—'
	}), " ")
}

// Answer says what a row answers to its outcome's title: yes, no, missing, or
// "" when the row is no answer.
func (v *Vocabulary) Answer(row string) string {
	return firstKind(v.answers, strings.Trim(foldKind(row), " .:;()*"))
}

// UnitKind says what a unit counts: time, events, people, people-percent,
// percent-change or change; "" when it says none of these.
func (v *Vocabulary) UnitKind(unit string) string {
	return firstKind(v.units, foldKind(unit))
}

// Negated is the kind of outcome that the people have who do not have kind; ""
// when it has no name.
func (v *Vocabulary) Negated(kind string) string {
	for i := range v.kinds {
		switch k := &v.kinds[i]; {
		case k.Negates == "":
		case k.ID == kind:
			return k.Negates
		case k.Negates == kind:
			return k.ID
		}
	}
	return ""
}

// scoreOfKind maps a kind of outcome to the kind of score of an instrument's match.
var scoreOfKind = map[string]ScoreKind{
	evidence.ScoreTimeToEvent: ScoreEventTime, evidence.ScoreDuration: ScoreEventTime, evidence.ScoreRelapse: ScoreRelapse,
	evidence.ScoreRemission: ScoreRemission, evidence.ScoreResponse: ScoreResponder,
}
