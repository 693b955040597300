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
		topicItem(t, add)
	}
	return out
}

// topicItem asks for the sentence that the evidence on a topic does not carry, among
// three that may be said: what trials there are, what other reports there are, and
// where evidence nearest to it is.
func topicItem(t evidence.TopicCard, add func(Item)) {
	if len(t.NotToSay) == 0 || t.Nearest == "" {
		return
	}
	not, _, _ := strings.Cut(strings.TrimPrefix(t.NotToSay[0], "that "), ";")
	not, _, _ = strings.Cut(not, ", from studies without")
	held := "This edition has no controlled trial on it."
	if n := len(t.Unclear); n > 0 {
		held = fmt.Sprintf("This edition has no trial on it that is known to be controlled, and %s whose design is not stated.",
			counted(n, "trial", "trials"))
	}
	if n := len(t.Controlled); n > 0 {
		held = fmt.Sprintf("This edition has %s on it.", counted(n, "controlled trial", "controlled trials"))
	}
	others := "No survey, interview study or open-label sample on it is on file."
	reason := "no other report on it is on file"
	if n := len(t.Other); n > 0 {
		others = fmt.Sprintf("%s of other kinds, such as surveys, %s filed under it, and none of them shows an effect.",
			capital(counted(n, "report", "reports")), map[bool]string{true: "is", false: "are"}[n == 1])
		_, risk := evidence.OtherDesign(t.Other[0].Design)
		reason = "of the other reports it holds: " + lowerFirst(strings.TrimSuffix(risk, "."))
	}
	it := Item{ID: "topic " + t.Topic, Question: fmt.Sprintf("%s: which of these sentences may not be said?", capital(t.Name)),
		Choices: []string{held, others, "The nearest evidence that is not about psychedelics: " +
			lowerFirst(strings.TrimSuffix(t.Nearest, ".")) + "."},
		Why: fmt.Sprintf("The evidence does not carry it: %s, and %s. The other sentences are on the topic's card.",
			lowerFirst(strings.TrimSuffix(held, ".")), reason)}
	it.Right = len(t.Topic) % (len(it.Choices) + 1) // not always at the same place
	it.Choices = slices.Insert(it.Choices, it.Right, capital(strings.TrimSuffix(not, "."))+".")
	add(it)
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "one " + one
	}
	return fmt.Sprintf("%d %s", n, many)
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
		what, why := "no trial gives a number that could be pooled.", "The absence of a number is not evidence of no effect."
		if c.flat.K > 1 {
			what, why = fmt.Sprintf("its %d studies are not pooled.", c.flat.K), c.Plain
		}
		add(trueFalse(c.ID+" absence", about+what+" This shows that there is no effect.", false, why))
		return
	}
	if c.flat.Certainty != "" {
		levels := []string{"high", "moderate", "low", "very low"}
		add(Item{ID: c.ID + " certainty", Question: about + "how certain is the evidence (GRADE)?", Choices: levels,
			Right: slices.Index(levels, c.flat.Certainty), Why: strings.Join(c.Grade, "; ") + "."})
	}
	add(trueFalse(c.ID+" interval", about+"the 95 % interval includes no effect.", lo <= 0 && hi >= 0, c.Number))
	if f := c.flat; f.Headline.Predicts(f.Tau2, f.PILb, f.PIUb) {
		add(trueFalse(c.ID+" prediction", about+"the prediction interval, which is about a new study, includes no effect.", *f.PILb <= 0 &&
			*f.PIUb >= 0, c.Researcher))
	}
	if a := c.flat.Absolute; a != nil && a.People != nil {
		by := "the pooled result"
		if c.flat.Headline.Kind == evidence.HeadlineStudy {
			by = "this one study"
		}
		peopleItem(c.ID, about, by, a.People, add)
	}
	wording := Item{ID: c.ID + " wording", Question: about + "which sentence may be written?", Why: c.Number,
		Choices: []string{"The effect is proven and holds for every person.", c.Plain, "It is proven that there is no effect.",
			"One good trial is enough to be certain."}, Right: 1}
	add(wording)
}

// peopleItem asks for the share with treatment, in people of a hundred; the wrong
// numbers are at least eight people away and differ from each other.
func peopleItem(id, about, by string, p *evidence.PeopleOf100, add func(Item)) {
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
			"treatment, by %s?", about, p.Without, by),
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
		// An edition has one of the two; the other would be a second right answer.
		if s == evidence.SelectionNone && c.Verdict != string(s) || s == evidence.SearchedNone && c.Verdict == string(evidence.SelectionNone) {
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
