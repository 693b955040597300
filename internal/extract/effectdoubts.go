package extract

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/extract/arm"
	"past/internal/extract/posted"
	"past/internal/extract/reason"
	"past/internal/text"
	"past/internal/vocab"
)

func (b *effectBuilder) judgeArms(j effectJudge, p arm.Pair) {
	for _, a := range []arm.Reading{p.Treat, p.Ctrl} {
		if a.Doubt != "" {
			j.set(evidence.NeedsReview, reason.Arms, fmt.Sprintf("%q: %s", a.Group.Title, a.Doubt))
		}
	}
	for _, d := range p.Doubts {
		j.set(evidence.NeedsReview, reason.Arms, d)
	}
}

// judgeDesign doubts a comparison of groups that chance did not form.
func (b *effectBuilder) judgeDesign(j effectJudge) {
	switch d, ok := b.v.Design(j.e.Design); {
	case !ok:
		j.set(evidence.NeedsReview, reason.Design, "how the groups were formed is not stated")
	case !d.Between:
		j.set(evidence.NeedsReview, reason.Design, "the groups were not formed by chance: the record's design is "+d.Name)
	}
}

// judgeCells carries the doubts of the two cells over to the effect.
func (b *effectBuilder) judgeCells(j effectJudge, t, c *evidence.ArmResult) {
	for _, a := range []*evidence.ArmResult{t, c} {
		if a.Verdict != evidence.Usable && !strings.HasPrefix(a.Reason, reason.Adjusted+":") {
			j.e.Flags = append(j.e.Flags, a.Flags...)
			if reason.Worse(a.Verdict, j.e.Verdict) {
				j.e.Verdict, j.e.Reason = a.Verdict, a.Reason+" (group "+a.GroupID+")"
			}
		}
		for _, f := range a.Flags {
			if (strings.HasPrefix(f, reason.OutcomeSize+":") || strings.HasSuffix(f, posted.PartialResponses)) && !slices.Contains(j.e.Flags, f) {
				j.e.Flags = append(j.e.Flags, f)
			}
			for _, code := range []string{reason.Row, reason.Instrument, reason.Timepoint, reason.Denominator, reason.ScoreType, reason.Discordant,
				reason.Sign,
				reason.SpreadTooLarge, reason.Dispersion} {
				if strings.HasPrefix(f, code+":") && !harmless(j.e, a, code) {
					j.set(evidence.NeedsReview, code, strings.TrimPrefix(f, code+": "))
				}
			}
		}
	}
	j.e.Flags = slices.Compact(j.e.Flags)
	if t.TimepointWeeks == nil {
		j.set(evidence.NeedsReview, reason.Timepoint, fmt.Sprintf("%q names no single point in time", t.TimepointRaw))
	}
}

// harmless reports a doubt of a cell that does not bear on a count of people:
// the scale by which response is defined is in the description, and a row
// called "onset of response on Day 2" is the whole of the outcome.
func harmless(e *evidence.Effect, a *evidence.ArmResult, code string) bool {
	if !IsCount(e.ScoreType) {
		return false
	}
	switch code {
	case reason.Instrument:
		return true
	case reason.Row:
		for w := range text.WordSet(posted.RowWords(a.ClassTitle) + " " + posted.RowWords(a.CategoryTitle)) {
			if !countWords[w] && !posted.RowFiller[w] {
				return false
			}
		}
		return true
	}
	return false
}

var countWords = text.WordSet("onset of clinical response responder responders remission remitter remitters")

var (
	laterPhase = regexp.MustCompile(`(?i)\b(?:after|post|following)[\s-]+(?:the\s+)?cross[\s-]?over|\bopen[\s-]label\b|` +
		`\b(?:second|2nd)\s+(?:period|phase|treatment period|intervention)\b|\bperiod\s*(?:2|II|two)\b|\bextension\b|\bOLE\b|` +
		`\bstage\s*2\b|\bpart\s*2\b|\b(?:previously|formerly|prior|ex)[\s-](?:on |in |treated with |randomi[sz]ed to |assigned to ` +
		`|received )?(?:\w+ ){0,1}(?:placebo|active|drug|\w+amine|psilocybin|mdma|lsd)\b`)
	firstPhase = regexp.MustCompile(`(?i)\b(?:before|pre|prior to)[\s-]+(?:the\s+)?cross[\s-]?over|\b(?:first|1st)\s+(?:period|` +
		`phase|treatment period|intervention)\b|\bperiod\s*(?:1|I|one)\b|\bstage\s*1\b|\bpart\s*1\b`)
)

// judgePhase keeps what was measured after a crossover apart, and doubts a
// crossover trial that does not say which side its numbers are from.
func (b *effectBuilder) judgePhase(j effectJudge, o *evidence.PostedOutcome, p arm.Pair, t, c *evidence.ArmResult) {
	if p.Class == vocab.Waitlist {
		b.judgeWaiting(j, o, p, t)
	}
	short := strings.Join([]string{o.Title, o.TimeFrame, t.ClassTitle, t.CategoryTitle, t.GroupTitle, c.GroupTitle}, " | ")
	crossover := strings.EqualFold(b.r.InterventionModel, "CROSSOVER") || j.e.Design == "crossover-rct"
	switch {
	case laterPhase.MatchString(short) && !firstPhase.MatchString(short):
		j.e.PostCrossover = evidence.Yes
		j.set(evidence.NeedsReview, reason.CrossoverPhase, "measured after the crossover, in an extension or under open label")
	case crossover && !firstPhase.MatchString(short):
		j.set(evidence.NeedsReview, reason.CrossoverPhase, "a crossover trial, and the outcome does not say that it is of the first period")
	}
	if g := partOfGroup(t.GroupTitle, c.GroupTitle); g != "" {
		j.set(evidence.NeedsReview, reason.Row, fmt.Sprintf("%q is a part of the people who were randomised", g))
	}
	if e := b.r.Enrollment; e != nil && t.N != nil && c.N != nil && *t.N+*c.N > *e && !(strings.EqualFold(b.r.EnrollmentType, "ESTIMATED")) {
		j.set(evidence.NeedsReview, reason.CountedTwice,
			fmt.Sprintf("%d and %d people in two arms of a trial that enrolled %d: the same people may stand in both", *t.N, *c.N, *e))
	}
}

// subgroupTitle finds groups made of some of an arm's people by what became of
// them or who they are.
var subgroupTitle = regexp.MustCompile(`(?i)\b(?:non[\s-]?)?(?:responders?|remitters?|completers?)\b|^\s*(?:women|men|` +
	`(?:fe)?males?|adults?|adolescents?|children|elderly|older|younger)\s*[:,-]|[:,(-]\s*(?:women|men|(?:fe)?males?)\)?\s*$|` +
	`\b(?:aged?|age group)\s*[<>≤≥]?\s*\d|\bwith(?:out)? (?:a )?(?:history|comorbid|prior|previous)`)

// partOfGroup is the first title that names a part of an arm, "" for none.
func partOfGroup(titles ...string) string {
	for _, t := range titles {
		if subgroupTitle.MatchString(t) {
			return t
		}
	}
	return ""
}

var (
	afterDosing = regexp.MustCompile(`(?i)\b(?:post|after|following)\b[\s-]*(?:the\s+)?(?:\w+\s+){0,3}?(?:treatment|session|` +
		`dose|dosing|infusion|administration|drug|therapy|psilocybin|mdma|lsd|ketamine|esketamine)\b`)
	duringWaiting = regexp.MustCompile(`(?i)\bwait(?:ing|[\s-]?list)?\b|\bdelay(?:ed)? ` +
		`period\b|\bpre[\s-]?treatment\b|\bbefore (?:treatment|crossover)\b`)
)

// judgeWaiting refuses a row in which the waiting group had been treated too,
// and doubts one that does not say.
func (b *effectBuilder) judgeWaiting(j effectJudge, o *evidence.PostedOutcome, p arm.Pair, t *evidence.ArmResult) {
	row := t.ClassTitle + " | " + t.CategoryTitle
	text := row + " | " + o.Title + " | " + o.TimeFrame
	treated := fmt.Sprintf("%q had been treated by then, as %q had", p.Ctrl.Group.Title, p.Treat.Group.Title)
	switch {
	case duringWaiting.MatchString(row):
	case afterDosing.MatchString(row):
		j.set(evidence.Unusable, reason.Treated, treated)
	case p.Ctrl.Wait != nil && t.TimepointWeeks != nil && *t.TimepointWeeks > *p.Ctrl.Wait+0.5:
		j.set(evidence.Unusable, reason.Treated, treated)
	case afterDosing.MatchString(text):
		j.set(evidence.Unusable, reason.Treated, treated)
	case duringWaiting.MatchString(text), p.Ctrl.Wait != nil && t.TimepointWeeks != nil:
	case p.Ctrl.Wait != nil || slices.Contains(p.Ctrl.Later, p.Drug):
		j.set(evidence.NeedsReview, reason.Treated, fmt.Sprintf("%q is treated later; whether it had been by then is not stated",
			p.Ctrl.Group.Title))
	}
}

var (
	higherIsWorse = regexp.MustCompile(`(?i)\b(?:higher|greater|larger|increas\w+)\s+(?:\w+\s+){0,3}(?:scores?|values?|` +
		`numbers?|totals?|ratings?)\b[^.;]{0,50}?\b(?:indicat\w*|represent\w*|reflect\w*|mean\w*|correspond\w*|denot\w*|suggest\w*|` +
		`signif\w*|=|are|is)\b[^.;]{0,30}?\b(?:worse\w*|(?:more|greater|higher|increased) ` +
		`(?:severe|severity|symptom\w*|depress\w*|anxi\w*|distress|impair\w*|disab\w*|dysfunction)|more severe)`)
	higherIsBetter = regexp.MustCompile(`(?i)\b(?:higher|greater|larger|increas\w+)\s+(?:\w+\s+){0,3}(?:scores?|values?|` +
		`numbers?|totals?|ratings?)\b[^.;]{0,50}?\b(?:indicat\w*|represent\w*|reflect\w*|mean\w*|correspond\w*|denot\w*|suggest\w*|` +
		`signif\w*|=|are|is)\b[^.;]{0,30}?\b(?:better|(?:greater|more|higher|increased) ` +
		`(?:function\w*|satisf\w*|well-?being|quality|improvement)|improve\w*)`)
)

// judgeDirection holds what the text says about high scores against the
// catalogue.
func (b *effectBuilder) judgeDirection(j effectJudge, o *evidence.PostedOutcome) {
	if IsCount(j.e.ScoreType) {
		return
	}
	in, ok := b.v.Instrument(j.e.Instrument)
	if !ok || in.Direction == vocab.NeutralScore {
		return
	}
	w, g := higherIsWorse.MatchString(o.Description), higherIsBetter.MatchString(o.Description)
	if w != g && (w && j.e.HigherBetter == evidence.Yes || g && j.e.HigherBetter == evidence.No) {
		j.set(evidence.NeedsReview, reason.Sign,
			"the outcome's text says the opposite of the catalogue about what high scores of "+in.Short+" mean")
	}
}
