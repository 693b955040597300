package pack

import (
	"fmt"
	"slices"
	"strings"

	"past/internal/evidence"
)

var giftEscapes = strings.NewReplacer(`\`, `\\`, `~`, `\~`, `=`, `\=`, `#`, `\#`, `{`, `\{`, `}`, `\}`, `:`, `\:`, "\n", " ", "\r", " ")

func gift(s string) string { return giftEscapes.Replace(s) }

// GIFT is the quiz of a domain in Moodle's GIFT format. Every right answer is
// computed from the edition: certainty, number of studies, whether the interval
// includes no effect, the sentence that the certainty carries, the verdict.
func GIFT(d Domain, edition string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "// Quiz on %s. Edition %s; the answers are computed from its findings.\n$CATEGORY: PAST/%s\n\n", d.Name, edition, d.ID)
	for _, c := range d.Cards {
		cardItems(&b, c)
	}
	for _, c := range d.Claims {
		choice(&b, c.ID+" verdict", fmt.Sprintf("By its written rule, what is the verdict of edition %s on the claim: %q?", edition, c.Text), c.Verdict,
			verdictChoices(c.Verdict), c.Why+" "+c.Permalink)
	}
	return b.String()
}

// verdictChoices are the three verdicts that numbers give and one kind of absence.
func verdictChoices(right string) []string {
	out := []string{string(evidence.Supported), string(evidence.Uncertain), string(evidence.Contradicted), string(evidence.RegisteredOnly)}
	if !slices.Contains(out, right) {
		out[3] = right
	}
	return out
}

func cardItems(b *strings.Builder, c Card) {
	f := c.flat
	about := fmt.Sprintf("Finding %q (%s): ", c.Title, c.Permalink)
	fmt.Fprintf(b, "::%s::%s {#%d:0}\n\n", gift(c.ID+" studies"), gift(about+"how many studies are pooled?"), f.K)
	lo, hi, ok := f.Headline.Interval()
	if !ok {
		truth(b, c.ID+" absence", about+"no trial gives a number. This shows that there is no effect.", false, "The absence of trials is not evidence of no effect.")
		return
	}
	if f.Certainty != "" {
		choice(b, c.ID+" certainty", about+"how certain is the evidence (GRADE)?", f.Certainty, []string{"high", "moderate", "low", "very low"}, strings.Join(c.Why, " "))
	}
	truth(b, c.ID+" interval", about+"the headline 95 % interval includes no effect.", lo <= 0 && hi >= 0, c.Number)
	if f.PILb != nil && f.PIUb != nil {
		truth(b, c.ID+" prediction", about+"the prediction interval, which tells of a new study, includes no effect.", *f.PILb <= 0 && *f.PIUb >= 0, c.Researcher)
	}
	fmt.Fprintf(b, "::%s::%s {=%s ~%s ~%s ~%s ####%s}\n\n", gift(c.ID+" wording"), gift(about+"which sentence says what the evidence carries?"), gift(c.Plain),
		gift("The effect is proven and holds for every person."), gift("It is proven that there is no effect."), gift("One good trial is enough to be certain."), gift(c.Number))
}

func truth(b *strings.Builder, name, question string, answer bool, feedback string) {
	letter := "F"
	if answer {
		letter = "T"
	}
	fmt.Fprintf(b, "::%s::%s {%s#%s#%s}\n\n", gift(name), gift(question), letter, gift(feedback), gift(feedback))
}

func choice(b *strings.Builder, name, question, right string, all []string, feedback string) {
	fmt.Fprintf(b, "::%s::%s {\n", gift(name), gift(question))
	for _, a := range all {
		mark := "~"
		if a == right {
			mark = "="
		}
		fmt.Fprintf(b, "  %s%s\n", mark, gift(a))
	}
	fmt.Fprintf(b, "  ####%s\n}\n\n", gift(feedback))
}
