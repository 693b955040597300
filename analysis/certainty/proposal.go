package certainty

import (
	"fmt"
	"strings"
)

// Proposal is a rating of the certainty of one finding, proposed by rule and signed by no one.
type Proposal struct {
	Start    Level // high for randomised trials, low otherwise
	Level    Level // proposed; NotRated when there are no studies
	AtMost   bool  // some domain could not be rated: the certainty is at most Level
	Unrated  []string
	Domains  []Domain // in GRADE's order
	Sentence string   // how the level came about
}

// mostUnrated is the highest level that is proposed while a domain is not rated: what was not looked at must not look like a
// pass.
const mostUnrated = Low

// Propose rates the domains and the whole: the start level less the steps of all domains, not below very low.
func Propose(in Inputs) (Proposal, error) {
	if err := in.check(); err != nil {
		return Proposal{}, err
	}
	if in.K == 0 {
		return Proposal{Level: NotRated, Sentence: "There are no studies to rate."}, nil
	}
	p := Proposal{Start: Low, Domains: []Domain{in.riskOfBias(), in.inconsistency(), in.indirectness(), in.imprecision(),
		in.publicationBias()}}
	start := "non-randomised evidence starts at low"
	if in.Randomised {
		p.Start, start = High, "randomised evidence starts at high"
	}
	level := int(p.Start)
	var down []string
	for _, d := range p.Domains {
		level += d.Steps
		if d.Steps < 0 {
			down = append(down, fmt.Sprintf("%s %d", d.Name, d.Steps))
		}
		if !d.Known {
			p.Unrated = append(p.Unrated, d.Name)
		}
	}
	p.AtMost = len(p.Unrated) > 0
	p.Level = max(VeryLow, Level(level))
	if p.AtMost {
		p.Level = min(p.Level, mostUnrated)
	}
	p.Sentence = fmt.Sprintf("Proposed by rule, not signed: %s", start)
	if len(down) > 0 {
		p.Sentence += "; " + strings.Join(down, ", ")
	}
	p.Sentence += fmt.Sprintf("; %s", p.Level)
	if p.AtMost {
		p.Sentence += fmt.Sprintf(" at most: %s could not be rated, and until a person rates it nothing above %s is proposed",
			strings.Join(p.Unrated, ", "), mostUnrated)
	}
	p.Sentence += ". Nothing is corrected for the number of questions asked."
	return p, nil
}
