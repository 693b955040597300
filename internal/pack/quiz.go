package pack

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"past/internal/evidence"
)

// Item is one quiz question. Choices has one right answer, at Right; Why says why
// it is right. Items come from findings, verdicts and topic cards only.
type Item struct {
	ID       string
	Question string
	Choices  []string
	Right    int
	Why      string
}

// Items makes the quiz of a domain. A question is left out where its answer would
// not be a statement about the evidence (how many studies a finding without a number
// pools), and where two choices would read the same.
func Items(d Domain) []Item {
	var out []Item
	add := func(it Item) {
		sorted := slices.Sorted(slices.Values(it.Choices))
		if len(it.Choices) >= 2 && len(slices.Compact(sorted)) == len(it.Choices) && it.Why != "" {
			out = append(out, it)
		}
	}
	for _, c := range d.Cards {
		findingItems(c, add)
	}
	for _, c := range d.Claims {
		claimItem(c, add)
	}
	for _, t := range d.Topics {
		if len(t.NotToSay) > 0 && t.Definition != "" {
			add(Item{ID: "topic " + t.Topic, Question: fmt.Sprintf("Which conclusion on %s may not be drawn from the evidence in this pack?",
				t.Name),
				Choices: []string{capital(t.NotToSay[0]), "that the topic means: " + lowerFirst(strings.TrimSuffix(t.Definition, "."))},
				Right:   0, Why: "The card of the topic lists it: the nearest evidence is something else (" +
					lowerFirst(strings.TrimSuffix(t.Nearest, ".")) + ")."})
		}
	}
	return out
}

func trueFalse(id, question string, answer bool, why string) Item {
	it := Item{ID: id, Question: question, Choices: []string{"true", "false"}, Why: why}
	if !answer {
		it.Right = 1
	}
	return it
}

func findingItems(c Card, add func(Item)) {
	about := fmt.Sprintf("%s (%s): ", c.Title, c.Permalink)
	lo, hi, ok := c.flat.Headline.Interval()
	if !ok {
		add(trueFalse(c.ID+" absence", about+"no trial gives a number that could be pooled. This shows that there is no effect.", false,
			"The absence of a number is not evidence of no effect."))
		return
	}
	if c.flat.Certainty != "" {
		levels := []string{"high", "moderate", "low", "very low"}
		add(Item{ID: c.ID + " certainty", Question: about + "how certain is the evidence (GRADE)?", Choices: levels,
			Right: slices.Index(levels, c.flat.Certainty), Why: strings.Join(c.Why, " ")})
	}
	add(trueFalse(c.ID+" interval", about+"the 95 % interval includes no effect.", lo <= 0 && hi >= 0, c.Number))
	if f := c.flat; f.PILb != nil && f.PIUb != nil {
		add(trueFalse(c.ID+" prediction", about+"the prediction interval, which is about a new study, includes no effect.", *f.PILb <= 0 &&
			*f.PIUb >= 0, c.Researcher))
	}
	if a := c.flat.Absolute; a != nil && a.People != nil {
		peopleItem(c.ID, about, a.People, add)
	}
	wording := Item{ID: c.ID + " wording", Question: about + "which sentence may be written?", Why: c.Number,
		Choices: []string{"The effect is proven and holds for every person.", c.Plain, "It is proven that there is no effect.",
			"One good trial is enough to be certain."}, Right: 1}
	add(wording)
}

// peopleItem asks for the share with treatment, in people of a hundred; the wrong
// numbers are at least eight people away and differ from each other.
func peopleItem(id, about string, p *evidence.PeopleOf100, add func(Item)) {
	right := int(math.Round(p.With))
	choices := []int{right}
	for _, n := range []int{int(math.Round(p.Without)), 100 - right, right + 25, right - 25, 100} {
		far := n >= 0 && n <= 100
		for _, have := range choices {
			far = far && n-have != 0 && max(n-have, have-n) >= 8
		}
		if far {
			choices = append(choices, n)
		}
	}
	if len(choices) < 3 {
		return
	}
	choices = choices[:min(len(choices), 4)]
	slices.Sort(choices)
	it := Item{ID: id + " people",
		Question: fmt.Sprintf("%sabout %.0f of 100 people have the outcome with the comparator. About how many of 100 with the "+
			"treatment, by the pooled result?", about, p.Without),
		Right: slices.Index(choices, right), Why: fmt.Sprintf("%.0f of 100, with a range of %.0f to %.0f from the interval.", p.With,
			p.WithLower, p.WithUpper)}
	for _, n := range choices {
		it.Choices = append(it.Choices, fmt.Sprint(n))
	}
	add(it)
}

func claimItem(c ClaimCard, add func(Item)) {
	var states []string
	for _, s := range evidence.States {
		if w := s.Words(evidence.Coverage{Retold: true}); w == c.Verdict {
			states = append(states, w)
			continue
		}
		states = append(states, string(s))
	}
	right := slices.Index(states, c.Verdict)
	if right < 0 {
		return
	}
	// three other verdicts, in their order
	var choices []string
	for i, s := range states {
		if i == right || len(choices) < 3+btoi(slices.Contains(choices, c.Verdict)) && i != right {
			choices = append(choices, s)
		}
	}
	add(Item{ID: c.ID + " verdict", Question: fmt.Sprintf("By its written rule, what is the verdict on the claim %q?", c.Text),
		Choices: choices, Right: slices.Index(choices, c.Verdict), Why: c.Why})
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
