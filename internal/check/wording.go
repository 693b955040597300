package check

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"past/internal/edition"
)

// What a sentence may say follows the informative statements of the GRADE
// working group (Santesso et al. 2020, doi:10.1016/j.jclinepi.2019.10.014):
// high certainty "reduces", moderate "probably reduces", low "may reduce", very
// low "the evidence is very uncertain".
var (
	asserts = regexp.MustCompile(`(?i)\b(reduces?|reduced|reducing|improves?|improved|increases?|increased|decreases?|` +
		`decreased|lowers|lowered|relieves?|relieved|alleviates?|alleviated|treats|heals?|works|helps|prevents?|eliminates?|` +
		`resolves?|is effective|are effective|was effective|were effective|is efficacious|is superior|outperforms?|leads to|led ` +
		`to|results in|resulted in|causes?|produces?|shows that|showed that|demonstrates?|demonstrated|establishes|established|` +
		`confirms?|confirmed|does not|do not|has no effect|have no effect)\b`)
	absolute = regexp.MustCompile(`(?i)\b(cures?|cured|proves?|proven|guarantees?|guaranteed|undoubtedly|definitely|` +
		`conclusively|certainly|always works|miracle|breakthrough)\b`)
	probable = regexp.MustCompile(`(?i)\b(probably|likely|presumably)\b`)
	possible = regexp.MustCompile(`(?i)\b(may|might|could|possibly|perhaps|suggests?|suggested|uncertain|unclear|unknown|not ` +
		`known|insufficient|no (?:trial|study|evidence)|whether)\b`)
	doubtful = regexp.MustCompile(`(?i)\b(uncertain|unclear|unknown|not known|insufficient|no (?:trial|study|evidence)|whether)\b`)
)

// raises and lowers are verbs of direction, plain verbs that assert in other languages
// without a word of doubt (doubts) beside them.
var (
	raises = regexp.MustCompile(`(?i)\b(increas\w*|rais(?:e[sd]?|ing)|heighten\w*|worsen\w*|aggravat\w*)\b`)
	lowers = regexp.MustCompile(`(?i)\b(reduc\w*|decreas\w*|lower\w*|lessen\w*|diminish\w*|alleviat\w*|reliev\w*|ameliorat\w*|` +
		`improv\w*|benefi\w*|less|fewer|smaller|fell|dropp?\w*)\b`)
	plainly = regexp.MustCompile(`(?i)(?:^|[^\p{L}])(verringert|reduziert|senkt|vermindert|lindert|verbessert|heilt|beseitigt|` +
		`wirkt|` +
		`réduit|diminue|améliore|guérit|disminuye|mejora|cura|riduce|migliora|guarisce)(?:[^\p{L}]|$)`)
	doubts = regexp.MustCompile(`(?i)(?:^|[^\p{L}])(kann|könnte\p{L}*|möglicherweise|vielleicht|wahrscheinlich|vermutlich|unsicher|` +
		`unklar|peut|pourrait|peut-être|probablement|incertain\p{L}*|puede|podría|quizá\p{L}?|probablemente|inciert\p{L}*|può|` +
		`potrebbe|forse|probabilmente|incert\p{L}*)(?:[^\p{L}]|$)`)
)

// direction finds a sentence whose verbs all say the other side than the finding.
func direction(text string, f edition.Flat) []problem {
	lo, hi, ok := f.Headline.Interval()
	if !ok || !(lo > 0 || hi < 0) {
		return nil
	}
	said, other := lowers, raises
	if lo > 0 {
		said, other = raises, lowers
	}
	m := other.FindStringIndex(text)
	if m == nil || said.MatchString(text) || lo > 0 && strings.HasPrefix(strings.ToLower(text[m[0]:m[1]]), "improv") {
		return nil
	}
	why := fmt.Sprintf("the estimate of %s is on the other side than %q says", f.ID, text[m[0]:m[1]])
	return []problem{{m[0], NumberDiffers, Warning, why}}
}

var (
	// safe claims that there are no harms, which no number of people shows.
	safe = regexp.MustCompile(`(?i)\b(?:is|are|was|were|proved|appears?)\s+(?:\w+\s+)?` +
		`(?:safe|harmless|free of (?:risks?|side effects|harms?))\b|` +
		`\b(?:has no (?:side effects|risks?|harms?)|without (?:side effects|risks?))\b`)
	// several speaks of more than one study.
	several = regexp.MustCompile(`(?i)\b((?:studies|trials|rcts|(?:a|the|this) meta-analysis)(?:\s+of one (?:study|trial))?)\s+` +
		`(?:show|shows|find|finds|found|agree|suggest|suggests|indicate|indicates|report|confirm|confirms)\b`)
)

// unfounded lists what no finding, or no single study, can carry: a treatment that is
// safe, and studies where there is one.
func unfounded(text string, f edition.Flat) []problem {
	var out []problem
	if m := safe.FindStringIndex(text); m != nil && !possible.MatchString(text[max(0, m[0]-40):m[1]]) &&
		!denied.MatchString(text[max(0, m[0]-24):m[1]]) {
		out = append(out, problem{m[0], TooStrong, Warning, fmt.Sprintf("%q: that harms are absent is not shown by trials of this size; "+
			"give the events and the people", text[m[0]:m[1]])})
	}
	if m := several.FindStringSubmatchIndex(text); m != nil && f.K == 1 {
		out = append(out, problem{m[2], TooStrong, Warning, fmt.Sprintf("%q, but %s rests on one study", text[m[0]:m[1]], f.ID)})
	}
	return out
}

// wordingAbroad finds verbs of another language that assert what the certainty does
// not carry.
func wordingAbroad(text, certainty string) []problem {
	var out []problem
	for _, s := range sentences(text) {
		part := text[s[0]:s[1]]
		hedged := certainty == "high" || doubts.MatchString(part) || possible.MatchString(part)
		if m := plainly.FindStringSubmatchIndex(part); m != nil && !hedged {
			out = append(out, strong(s[0]+m[2], part[m[2]:m[3]], cmp.Or(certainty, "not graded"), "say that it may"))
		}
	}
	return out
}

// wording lists words that say more than the certainty allows, at most one per
// sentence. empty says that the finding has no number at all.
func wording(text, certainty string, empty bool) []problem {
	var out []problem
	for _, s := range sentences(text) {
		part := text[s[0]:s[1]]
		if m := absolute.FindStringIndex(part); m != nil && !strings.EqualFold(part[m[0]:m[1]], "certainly") || m != nil && certainty != "high" {
			out = append(out, problem{s[0] + m[0], TooStrong, Error, fmt.Sprintf("%q says more than any pooled result can", part[m[0]:m[1]])})
			continue
		}
		m := asserts.FindStringIndex(part)
		hedged, probably, doubted := possible.MatchString(part), probable.MatchString(part), doubtful.MatchString(part)
		switch {
		case m == nil && !probably:
			continue
		case empty:
			if !doubted && m != nil {
				out = append(out, problem{s[0] + m[0], TooStrong, Error, fmt.Sprintf("%q, but no trial gives a number; say that it is not known",
					part[m[0]:m[1]])})
			}
		case certainty == "high":
		case certainty == "moderate":
			if m != nil && !probably && !hedged {
				out = append(out, strong(s[0]+m[0], part[m[0]:m[1]], certainty, `say "probably"`))
			}
		case certainty == "low":
			if p := probable.FindStringIndex(part); p != nil && !hedged {
				out = append(out, strong(s[0]+p[0], part[p[0]:p[1]], certainty, `say "may"`))
			} else if m != nil && !hedged {
				out = append(out, strong(s[0]+m[0], part[m[0]:m[1]], certainty, `say "may"`))
			}
		default: // very low, or not graded
			if doubted {
				continue
			}
			if m == nil {
				m = probable.FindStringIndex(part)
			}
			if m != nil {
				out = append(out, strong(s[0]+m[0], part[m[0]:m[1]], cmp.Or(certainty, "not graded"), "say that the evidence is very uncertain"))
			}
		}
	}
	return out
}

func strong(at int, word, certainty, instead string) problem {
	return problem{at, TooStrong, Warning, fmt.Sprintf("%q says more than certainty %q allows; %s", word, certainty, instead)}
}

// sentences gives the stretches of a text that end with a full stop, a
// question or exclamation mark, or a paragraph.
func sentences(text string) [][2]int {
	var out [][2]int
	start := 0
	for i := range text {
		if stops(text, i) {
			out = append(out, [2]int{start, i + 1})
			start = i + 1
		}
	}
	if start < len(text) {
		out = append(out, [2]int{start, len(text)})
	}
	return out
}
