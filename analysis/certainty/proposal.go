package certainty

import (
	"fmt"
	"strings"
)

// Proposal is a rating of the certainty of one finding, proposed by rule and signed by nobody.
type Proposal struct {
	Start    Level // high for randomised trials, low otherwise
	Level    Level // proposed; NotRated when there are no studies
	AtMost   bool  // some domain could not be rated: the certainty is at most Level
	Unrated  []string
	Domains  []Domain // in GRADE's order
	Sentence string   // how the level came about
}

// Propose rates the domains and the whole: the start level less the steps of all domains, not below very low.
func Propose(in Inputs) (Proposal, error) {
	if err := in.check(); err != nil {
		return Proposal{}, err
	}
	if in.K == 0 {
		return Proposal{Level: NotRated, Sentence: "There are no studies to rate."}, nil
	}
	p := Proposal{Start: Low, Domains: []Domain{in.riskOfBias(), in.inconsistency(), in.indirectness(), in.imprecision(), in.publicationBias()}}
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
	if p.AtMost {
		// what nobody has looked at must not look like a pass
		level--
	}
	p.Level = max(VeryLow, Level(level))
	p.Sentence = fmt.Sprintf("Proposed by rule, not signed: %s", start)
	if len(down) > 0 {
		p.Sentence += "; " + strings.Join(down, ", ")
	}
	p.Sentence += fmt.Sprintf("; %s", p.Level)
	if p.AtMost {
		p.Sentence += fmt.Sprintf(" at most: %s could not be rated and counts as one level down until a person rates it", strings.Join(p.Unrated, ", "))
	}
	p.Sentence += "."
	return p, nil
}
