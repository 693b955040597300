package vocab

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestEachTopicHasACard(t *testing.T) {
	v := Default()
	for _, topic := range v.Topics() {
		c, ok := v.Card(topic.ID)
		if !ok {
			t.Errorf("topic %s has no card", topic.ID)
			continue
		}
		if !strings.HasSuffix(c.Definition, ".") || len(strings.Fields(c.Definition)) > 40 {
			t.Errorf("card %s: the definition is a sentence of at most 40 words: %q", topic.ID, c.Definition)
		}
	}
	if _, ok := v.Card("no-such-topic"); ok {
		t.Error("a card was found for an unknown topic")
	}
}

func TestCardsAreChecked(t *testing.T) {
	for name, c := range map[string]struct{ yaml, want string }{
		"unknown topic": {"cards: [{topic: nowhere, definition: A., nearest: B., not_to_say: [x]}]", `"nowhere"`},
		"unknown instrument": {"topics: [{id: t, name: T, terms: [tee]}]\ncards: [{topic: t, definition: A., nearest: B., " +
			"not_to_say: [x], instruments: [zz]}]", `"zz"`},
		"incomplete": {"topics: [{id: t, name: T, terms: [tee]}]\ncards: [{topic: t, definition: A.}]", "needs a definition"},
	} {
		_, err := LoadFS(fstest.MapFS{"x.yaml": {Data: []byte(c.yaml)}})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one that names %s", name, err, c.want)
		}
	}
}
