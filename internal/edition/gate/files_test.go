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

// A spreadsheet that saves a table in its own way changes nothing of what it says;
// every kind of table is looked at, also those whose rows have no id.
func TestGateOnTablesOfEachKind(t *testing.T) {
	const (
		extractions = "id,study,mean1,sd1,note\na1,Adams,33.5,12,x\nb1,Brown,26.3,9,x\n"
		harms       = "study,trial_id,arm,n,term,affected\nAdams,NCT01,mdma,7,nausea,4\nAdams,NCT01,mdma,7,anxiety,3\nAdams,NCT01," +
			"placebo,8,nausea,1\n"
		measured  = "trial_id,label,outcome,topic\nNCT01,Adams,desire,desire\nNCT02,Brown,desire,desire\n"
		notices   = "kind,date,trial_id,said,by,source,read\nretraction,2024-01-02,NCT01,a,J,u,r\nretraction,2024-01-02,NCT02,b,J,u,r\n"
		inclusion = "target,decision,who,when,why\nNCT01,exclude,A,2024-01-02,w\nNCT01,include,A,2024-02-02,v\n"
	)
	for name, c := range map[string]struct {
		file, before, after string
		want                []string
		words               string
	}{
		"semicolons and decimal commas": {"extractions.csv", extractions,
			"sep=;\nid;study;mean1;sd1;note\na1;Adams;33,50;12,0;x\nb1;Brown;26,3;9;x\n", nil, ""},
		"tabs, a byte order mark, a title": {"extractions.csv", extractions,
			"\ufeffid\tstudy\tmean1\tsd1\tnote\r\nb1\tBrown\t26.3 \t9\tx\r\na1\t Adams\t33.5\t12.0\tx\r\n\t\t\t\t\r\n", nil, ""},
		"a decimal comma lost": {"extractions.csv", extractions, "id;study;mean1;sd1;note\na1;Adams;335;12;x\nb1;Brown;26,3;9;x\n",
			[]string{"value-changed"}, "a1 (Adams): mean1 33.5 → 335"},
		"a harm lost": {"harms.csv", harms, strings.Replace(harms, "Adams,NCT01,mdma,7,anxiety,3\n", "", 1), []string{"row-lost"},
			"anxiety"},
		"a harm changed": {"harms.csv", harms, strings.Replace(harms, "nausea,4", "nausea,", 1), []string{"value-changed"},
			"affected 4 → empty"},
		"an outcome lost": {"measured.csv", measured, strings.Replace(measured, "NCT01,Adams,desire,desire\n", "", 1),
			[]string{"row-lost"}, "NCT01"},
		"a retraction lost": {"notices.csv", notices, strings.Replace(notices, "retraction,2024-01-02,NCT01,a,J,u,r\n", "", 1),
			[]string{"row-lost"}, "NCT01"},
		"a decision taken back": {"inclusion.csv", inclusion, strings.Replace(inclusion, "NCT01,include,A,2024-02-02,v\n", "", 1),
			[]string{"row-lost"}, "NCT01"},
		"a decision turned": {"inclusion.csv", inclusion, strings.Replace(inclusion, "exclude", "include", 1), []string{"value-changed"},
			"exclude → include"},
		"a row twice, once gone": {"harms.csv", harms + "Adams,NCT01,mdma,7,nausea,4\n", harms, []string{"row-lost"}, "nausea"},
	} {
		reasons := judgeFiles(withTables(map[string]string{c.file: c.before}), withTables(map[string]string{c.file: c.after}))
		var rules []string
		text := ""
		for _, r := range reasons {
			rules = append(rules, r.Rule)
			text += r.Message + "\n"
		}
		if !slices.Equal(rules, c.want) || !strings.Contains(text, c.words) {
			t.Errorf("%s: %v, want %v\n%s", name, rules, c.want, text)
		}
	}
	one := withTables(map[string]string{"harms.csv": harms})
	if r := judgeFiles(one, withTables(map[string]string{"harms-2026.csv": harms})); len(r) > 0 {
		t.Errorf("a renamed file is refused: %v", r)
	}
}
