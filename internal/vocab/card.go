package vocab

// Card is what a teaching page says of a topic before any study is named: its
// definition in clinical words, the scales that measure it, the nearest evidence
// that is not about psychedelics, and what must not be concluded.
type Card struct {
	Topic       string   `yaml:"topic"`
	Definition  string   `yaml:"definition"`
	Instruments []string `yaml:"instruments"` // catalogue ids
	Nearest     string   `yaml:"nearest"`
	NotToSay    []string `yaml:"not_to_say"`
}

// Card returns the card of a topic.
func (v *Vocabulary) Card(topic string) (Card, bool) {
	for _, c := range v.cards {
		if c.Topic == topic {
			return c, true
		}
	}
	return Card{}, false
}

// checkCards wants one complete card for each topic and none for another.
func (v *Vocabulary) checkCards(c *checker) {
	c.ids("card", len(v.cards), func(i int) string { return v.cards[i].Topic })
	for _, card := range v.cards {
		where := "card " + card.Topic
		c.ref(where, "topic", card.Topic)
		c.ref(where, "instrument", card.Instruments...)
		if card.Definition == "" || card.Nearest == "" || len(card.NotToSay) == 0 {
			c.fail("%s needs a definition, the nearest evidence and what must not be said", where)
		}
	}
}
