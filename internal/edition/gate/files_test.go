package gate

import (
	"slices"
	"strings"
	"testing"

	"past/internal/edition/changes"
)

const gateHead = "id,study,mean1,note"

// withTables gives a snapshot that remembers these review files.
func withTables(tables map[string]string) *changes.Snapshot {
	s := snapshot()
	s.Rows = map[string][]string{}
	for name, text := range tables {
		s.Files[name], s.Rows[name] = text, changes.Rows(name, []byte(text))
	}
	return s
}

func TestGateOnPeoplesTables(t *testing.T) {
	table := func(rows ...string) string { return strings.Join(append([]string{gateHead}, rows...), "\n") + "\n" }
	before := table("a1,Adams,1,x", "a2,Adams,2,x", "b1,Brown,3,x")
	for name, c := range map[string]struct {
		after map[string]string
		want  []string
		words string
	}{
		"same":        {map[string]string{"extractions.csv": before}, nil, ""},
		"a row more":  {map[string]string{"extractions.csv": before + "c1,Clark,4,x\n"}, nil, ""},
		"other order": {map[string]string{"extractions.csv": table("b1,Brown,3,x", "a1,Adams,1,x", "a2,Adams,2,x")}, nil, ""},
		"a column more": {map[string]string{"extractions.csv": "id,study,mean1,note,doi\na1,Adams,1,x,\na2,Adams,2,x,\nb1,Brown,3,x,d\n"},
			nil, ""},
		"a note": {map[string]string{"extractions.csv": table("a1,Adams,1,read again", "a2,Adams,2,x", "b1,Brown,3,x")}, nil, ""},
		"moved elsewhere": {map[string]string{"extractions.csv": table("a1,Adams,1,x", "a2,Adams,2,x"),
			"extractions-brown.csv": table("b1,Brown,3,x")}, nil, ""},
		"a row lost": {map[string]string{"extractions.csv": table("a1,Adams,1,x", "b1,Brown,3,x")}, []string{"row-lost"}, "a2 (Adams)"},
		"a study lost": {map[string]string{"extractions.csv": table("a1,Adams,1,x", "a2,Adams,2,x")}, []string{"study-lost", "row-lost"},
			"Brown"},
		"a file lost": {map[string]string{}, []string{"study-lost", "row-lost"}, "Adams; Brown"},
		"changed in place": {map[string]string{"extractions.csv": table("a1,Adams,-1,x", "a2,Adams,2,x", "b1,Brown,3,x")},
			[]string{"value-changed"}, "a1 (Adams): mean1 1 → -1"},
		"column lost": {map[string]string{"extractions.csv": "id,study,note\na1,Adams,x\na2,Adams,x\nb1,Brown,x\n"},
			[]string{"value-changed"}, "(no such column)"},
		"emptied": {map[string]string{"extractions.csv": ""}, []string{"study-lost", "row-lost"}, "3 rows"},
	} {
		reasons := judgeFiles(withTables(map[string]string{"extractions.csv": before, "README.csv": "x\n1\n"}), withTables(c.after))
		var rules []string
		text := ""
		for _, r := range reasons {
			rules = append(rules, r.Rule)
			text += r.Message + "\n"
			if r.Do == "" || r.After == "" || r.Subject != "extractions.csv" {
				t.Errorf("%s: %+v", name, r)
			}
		}
		if !slices.Equal(rules, c.want) || !strings.Contains(text, c.words) {
			t.Errorf("%s: %v, want %v\n%s", name, rules, c.want, text)
		}
	}
}
