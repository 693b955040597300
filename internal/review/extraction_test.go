package review

import (
	"strings"
	"testing"
	"unicode/utf16"

	"past/internal/evidence"
	"past/internal/pointer"
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
	x, problems, err := ReadExtractions("t.csv",
		[]byte("\ufeffid;study;substance;domain;score_type;n1;mean1\n1;A 2020;mdma;ptsd;endpoint;12;25,5\n2;B;mdma;ptsd;endpoint;"+
			"40.000;2,5\n3;C;mdma\n"), "aa")
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

// Numbers of people are whole: a mark before three digits is between thousands,
// whatever the table's decimal mark, unless the digits are zeros.
func TestSizesWithMarks(t *testing.T) {
	for cell, want := range map[string]float64{"1.020": 1020, `"1,020"`: 1020, "1 020": 1020, `"1,234,000"`: 1234000, "20.5": 20.5,
		"40.000": 0, `"12,000"`: 0} {
		in := "id,study,substance,domain,score_type,n1\n1,A,mdma,ptsd,endpoint," + cell + "\n"
		x, problems, err := ReadExtractions("t.csv", []byte(in), "aa")
		switch {
		case err != nil:
			t.Error(err)
		case want == 0 && (len(x) != 0 || len(problems) != 1 || !strings.Contains(problems[0].Message, "people; write it without the mark")):
			t.Errorf("%s: %d rows, %+v", cell, len(x), problems)
		case want != 0 && (len(x) != 1 || *x[0].N1 != want || x[0].Inputs["n1"].Raw != strings.Trim(cell, `"`)):
			t.Errorf("%s: %d rows, %+v", cell, len(x), problems)
		}
	}
}

// A title, merged cells or a line for the spreadsheet above the names of the
// columns are passed over and named, in any encoding, and every cell is found
// again by its pointer.
func TestHeaderBelowTheFirstLine(t *testing.T) {
	const table = "id,study,substance,domain,score_type,n1,mean1\n1,Müller " +
		"2020,mdma,ptsd,endpoint,12,25.5\n,,,,,,\n2,B,mdma,ptsd,endpoint,13,2.5\n"
	for above, notices := range map[string]int{"": 0, "Table 2\n\n": 1, "Arm 1,,,,,Treatment,\n": 1, "My extraction,\n,,\nby Anna,\n": 2,
		"sep=,\n": 0} {
		for name, encode := range encodings {
			body := encode(above + table)
			x, problems, err := ReadExtractions("t.csv", body, "aa")
			if err != nil || len(x) != 2 || x[0].Study != "Müller 2020" || *x[1].Mean1 != 2.5 {
				t.Errorf("%q in %s: %+v %v", above, name, x, err)
				continue
			}
			if len(problems) != notices || notices > 0 && (problems[0].Kind != "ignored-line" || !strings.Contains(problems[0].Where, "line 1")) {
				t.Errorf("%q in %s: %+v", above, name, problems)
			}
			for i, want := range []string{"12", "13"} {
				at, err := pointer.Open(evidence.Payload{Source: "review", Body: body}).Resolve(x[i].Inputs["n1"].Prov.Pointer)
				if err != nil || at.Text != want {
					t.Errorf("%q in %s: %s leads to %q, %v", above, name, x[i].Inputs["n1"].Prov.Pointer, at.Text, err)
				}
			}
		}
	}
}

var encodings = map[string]func(string) []byte{
	"UTF-8":         func(s string) []byte { return []byte(s) },
	"UTF-8 and BOM": func(s string) []byte { return []byte("\ufeff" + s) },
	"Windows-1252":  func(s string) []byte { return []byte(strings.ReplaceAll(s, "ü", "\xfc")) },
	"UTF-16": func(s string) []byte {
		out := []byte{0xff, 0xfe}
		for _, u := range utf16.Encode([]rune(s)) {
			out = append(out, byte(u), byte(u>>8))
		}
		return out
	},
}

func TestBadTables(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"empty":   {"", "empty"},
		"column":  {"id,study\n1,A\n", `"substance" is missing`},
		"typo":    {"id,study,substanse,domain,score_type\n1,A\n", `"substance" is missing; is it "substanse"?`},
		"twice":   {"id,id\n", "twice"},
		"latin-1": {"id\n\xe9\n", `"study" is missing`},
	} {
		if _, _, err := ReadExtractions("f.csv", []byte(c.in), ""); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, p, err := ReadExtractions("f.csv",
		[]byte("id,study,substance,domain,score_type,n1\n1,A,mdma,ptsd,endpoint,<5\n1,A,mdma,ptsd,mean,4\n"), "")
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
