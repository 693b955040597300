package synthesis

import (
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/vocab"
)

// Cards makes a card for each topic of the vocabulary, in its order: what the
// vocabulary says of the topic, the trials in the cells of the gap map by their
// design, and other evidence. signatures are people's, the last one counts.
func Cards(v *vocab.Vocabulary, cells []evidence.GapCell, studies []evidence.Study, other []evidence.OtherEvidence,
	signatures []evidence.CardSignature) []evidence.TopicCard {
	byID := map[string]*evidence.Study{}
	for i := range studies {
		byID[studies[i].ID] = &studies[i]
	}
	var out []evidence.TopicCard
	for _, t := range v.Topics() {
		said, _ := v.Card(t.ID)
		card := evidence.TopicCard{Topic: t.ID, Name: t.Name, Definition: said.Definition, Nearest: said.Nearest, NotToSay: said.NotToSay}
		for _, id := range said.Instruments {
			if in, ok := v.Instrument(id); ok {
				card.Instruments = append(card.Instruments, in.Name)
			}
		}
		seen := map[string]bool{}
		for _, c := range cells {
			if c.Topic != t.ID {
				continue
			}
			card.Cells = append(card.Cells, c)
			for _, id := range c.StudyIDs {
				if s := byID[id]; s != nil && !seen[id] {
					seen[id] = true
					addStudy(&card, s)
				}
			}
		}
		for _, x := range other {
			if x.Topic == t.ID {
				card.Other = append(card.Other, x)
			}
		}
		for i := range signatures {
			if signatures[i].Topic == t.ID {
				card.Signed = &signatures[i]
			}
		}
		out = append(out, card)
	}
	return out
}

// addStudy sorts a trial by its design.
func addStudy(card *evidence.TopicCard, s *evidence.Study) {
	x := evidence.CardStudy{StudyID: s.ID, Label: s.Label, Design: s.Design, Substances: s.Substances}
	switch {
	case s.Design == "":
		card.Unclear = append(card.Unclear, x)
	case strings.HasSuffix(s.Design, "-rct") || slices.Contains([]string{"randomized"}, s.Design):
		card.Controlled = append(card.Controlled, x)
	default:
		card.Uncontrolled = append(card.Uncontrolled, x)
	}
}
