package pipeline

import (
	"fmt"
	"strings"

	"past/internal/synthesis"
	"past/reports"
)

// methodNotes tell on the methods page by which written rules the edition came
// about, from the rules themselves.
func methodNotes() []reports.Note {
	q := CrawlQuestion()
	terms := func(name string, ids []string) string { return name + ": " + strings.Join(ids, "; ") + "." }
	var substances, conditions []string
	for _, c := range q.Substances {
		substances = append(substances, strings.Join(c.Terms, ", "))
	}
	for _, c := range q.Conditions {
		conditions = append(conditions, strings.Join(c.Terms, ", "))
	}
	return []reports.Note{
		{Title: "What the registers are asked",
			Text: fmt.Sprintf("Each register is asked for these substances together with these conditions, in its own syntax. %s %s",
				terms("Substances", substances), terms("Conditions", conditions))},
		{Title: "Verdicts on claims", Text: synthesis.ClaimRules[synthesis.RuleEfficacy] + " " + synthesis.ClaimRules[synthesis.RuleParts]},
		{Title: "Certainty that nobody signed",
			Text: "The program proposes a level by rule: randomised evidence starts at high and goes down by what the numbers show " +
				"for each domain. While a domain is not rated, nothing above low is proposed and the level is said to be \"at most\": what " +
				"was not looked at must not look like a pass. It is shown as proposed and is nobody's judgement; a signed row of a " +
				"certainty file replaces it, and goes stale when the numbers move."},
		{Title: "Results that are due", Text: synthesis.OverdueRule +
			". A partial date counts as late as it can mean, so that no trial is called overdue too early."},
		{Title: "Changes of plan",
			Text: "Where more than one version of a trial's record is stored, primary outcomes and planned sizes are compared from " +
				"version to version. Each change is told with its date, with what stood there before and after, and whether the trial had " +
				"started by then; a start that is known only by its month or year leaves that open where it must."},
		{Title: "Topics of the gap map",
			Text: "A study stands under a topic when a register's condition, title or summary, or a row of the table of measured " +
				"outcomes, speaks of it; the words and their place are listed with each cell. A person who read the record can correct that " +
				"in topics.csv; where two people differ, neither correction acts until a third decides."},
	}
}
