package review

import (
	"strings"
	"testing"

	"past/internal/starter"
)

func TestStarterExtractionsRead(t *testing.T) {
	b, err := starter.Extractions()
	if err != nil {
		t.Fatal(err)
	}
	x, problems, err := ReadExtractions("extractions.csv", b, "00")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Where, p.Message)
	}
	if want := strings.Count(string(b), "\n") - 1; len(x) != want {
		t.Errorf("%d rows of %d were read", len(x), want)
	}
}

func TestDecimalCommaFile(t *testing.T) {
	x, problems, err := ReadExtractions("t.csv", []byte("\ufeffid;study;substance;domain;score_type;n1;mean1\n1;A 2020;mdma;ptsd;endpoint;12;25,5\n2;B;mdma;ptsd;endpoint;1.234;2,5\n3;C;mdma\n"), "aa")
	if err != nil || len(x) != 1 || *x[0].Mean1 != 25.5 {
		t.Fatalf("%+v %v", x, err)
	}
	if x[0].Inputs["mean1"].Prov.Pointer != "row=1;column=mean1" || x[0].Inputs["mean1"].Raw != "25,5" {
		t.Errorf("way back lost: %+v", x[0].Inputs["mean1"])
	}
	if len(problems) != 2 {
		t.Errorf("the ambiguous number and the short row must be kept as problems: %+v", problems)
	}
}

func TestBadTables(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"empty":   {"", "empty"},
		"column":  {"id,study\n1,A\n", `"substance" is missing`},
		"twice":   {"id,id\n", "twice"},
		"latin-1": {"id\n\xe9\n", `"study" is missing`},
	} {
		if _, _, err := ReadExtractions("f.csv", []byte(c.in), ""); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, p, err := ReadExtractions("f.csv", []byte("id,study,substance,domain,score_type,n1\n1,A,mdma,ptsd,endpoint,<5\n1,A,mdma,ptsd,mean,4\n"), "")
	if err != nil || len(p) != 2 || !strings.Contains(p[0].Message, "operator <") || !strings.Contains(p[1].Message, "score_type") {
		t.Errorf("%v %+v", err, p)
	}
}

func FuzzReadExtractions(f *testing.F) {
	f.Add([]byte("id,study,substance,domain,score_type,n1\n1,A,mdma,ptsd,endpoint,5\n"))
	f.Add([]byte("id;study;substance;domain;score_type\n\"1;\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, _, _ := ReadExtractions("f.csv", b, "00")
		for _, r := range rows {
			if r.ID == "" || r.Prov.Pointer == "" {
				t.Fatalf("a row without an id or a way back: %+v", r)
			}
		}
	})
}
