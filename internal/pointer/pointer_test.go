package pointer

import (
	"errors"
	"fmt"
	"testing"

	"past/internal/evidence"
)

func TestResolve(t *testing.T) {
	const csv = "study;mean1\nA;1,5\n\"B; the\nsecond\";2,5\n"
	for _, c := range []struct {
		name, source, body, pointer, want string
	}{
		{"JSON", "europepmc", `{"a":{"b/c":[1,"x"]}}`, "/a/b~1c/1", `"x"`},
		{"JSON with a byte order mark", "ctis", "\ufeff{\"a\":1.50}", "/a", `1.50`},
		{"JSON in UTF-16", "ctis", "\xff\xfe{\x00\"\x00a\x00\"\x00:\x001\x00}\x00", "/a", `1`},
		{"API v2", "ctgov", "\ufeff{\"protocolSection\":{\"a\":1}}", "/protocolSection/a", `1`},
		{"NDJSON", "ctgov", "{\"protocolSection\":{\"a\":1}}\n{\"protocolSection\":{\"a\":2}}\n", "/1/protocolSection/a", `2`},
		{"XML", "pubmed", "<?xml version=\"1.0\"?><s><a/><a i='3'>x &amp; y</a></s>", "/s/a[2]", "x & y"},
		{"XML attribute", "isrctn", "<s><a i='3'/></s>", "/s/a/@i", "3"},
		{"XML with a byte order mark", "pubmed", "\ufeff<s><a>1</a></s>", "/s/a", "1"},
		{"XML of an export", "ictrp", "<Trial><TrialID>X1</TrialID></Trial>", "/Trial/trialid", "X1"},
		{"former XML", "ctgov", "<clinical_study><id_info><nct_id>NCT00000001</nct_id></id_info></clinical_study>",
			"/protocolSection/identificationModule/nctId", `"NCT00000001" at /clinical_study/id_info[1]/nct_id[1]`},
		{"site's CSV", "ctgov", "NCT Number,Enrollment\nNCT00000001,12\n", "/protocolSection/designModule/enrollmentInfo/count",
			`"12" on line 2, column enrollment`},
		{"cell", "review", csv, "row=1;column=mean1", `"1,5" on line 2`},
		{"cell after a row of two lines", "review", csv + "C;3\n", "row=3;column=Mean1", `"3" on line 5`},
		{"row", "review", csv, "row=1", `"A;1,5" on line 2`},
		{"cell in Windows-1252", "ictrp", "TrialID,title\nX,caf\xe9\n", "row=1;column=title", `"café" on line 2`},
		{"line", "euctr", "one\r\ntwo\r\n", "line=2", "two"},
	} {
		p, err := Open(evidence.Payload{Source: c.source, Body: []byte(c.body)}).Resolve(c.pointer)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if p.String() != c.want {
			t.Errorf("%s: %s leads to %s, want %s", c.name, c.pointer, p, c.want)
		}
	}
	for _, c := range []struct{ source, body, pointer string }{
		{"europepmc", `{"a":1}`, "/b"}, {"pubmed", "<s/>", "/s/a"}, {"pubmed", "<s/>", "/t"}, {"review", csv, "row=9;column=mean1"},
		{"review", csv, "row=1;column=nothing"}, {"euctr", "x", "line=3"}, {"ctgov", "NCT Number\nNCT00000001\n", "/protocolSection/nothing"},
	} {
		if p, err := Open(evidence.Payload{Source: c.source, Body: []byte(c.body)}).Resolve(c.pointer); !errors.Is(err, ErrNothing) {
			t.Errorf("%s: %v, %v; want %v", c.pointer, p, err, ErrNothing)
		}
	}
	for _, pointer := range []string{"row=x", "row=0", "line=", "line=-1"} {
		if _, err := Open(evidence.Payload{Body: []byte(csv)}).Resolve(pointer); err == nil {
			t.Errorf("%s leads somewhere", pointer)
		}
	}
}

// TestOneBodyManyPointers: a pointer leads to the same place whatever was
// followed in the same body before it.
func TestOneBodyManyPointers(t *testing.T) {
	for _, c := range []struct {
		source, body string
		pointers     []string
	}{
		{"review", "title of the table,mean2,\nstudy,mean1,mean2\nA,1,2\nB,3,4\n", []string{"row=1;column=mean1", "row=1;column=mean2",
			"row=2;column=study",
			"row=2", "row=3;column=mean1", "row=1;column=none", "line=2"}},
		{"ctgov", "{\"protocolSection\":{\"a\":1}}\n{\"protocolSection\":{\"a\":2}}\n", []string{"/0/protocolSection/a",
			"/1/protocolSection/a", "/2"}},
		{"ctgov", "NCT Number,Enrollment\nNCT00000001,12\nNCT00000002,13\n", []string{"/0/protocolSection/designModule/enrollmentInfo/count",
			"/1/protocolSection/designModule/enrollmentInfo/count", "/0/protocolSection/identificationModule/nctId", "/0/nothing", "/5"}},
		{"pubmed", "<s><a/><a i='3'>x</a></s>", []string{"/s/a[2]", "/s/a[2]/@i", "/s/b", "/t"}},
		{"europepmc", `{"a":{"b":1}}`, []string{"/a/b", "/a", "/c"}},
		{"euctr", "one\ntwo\n", []string{"line=2", "line=1", "line=3"}},
	} {
		b := Open(evidence.Payload{Source: c.source, Body: []byte(c.body)})
		for range 2 {
			for _, pointer := range c.pointers {
				want, wantErr := Open(evidence.Payload{Source: c.source, Body: []byte(c.body)}).Resolve(pointer)
				got, err := b.Resolve(pointer)
				if got != want || fmt.Sprint(err) != fmt.Sprint(wantErr) {
					t.Errorf("%s of %s: %v, %v; alone %v, %v", pointer, c.source, got, err, want, wantErr)
				}
			}
		}
	}
}

func FuzzResolve(f *testing.F) {
	f.Add("ctgov", []byte(`{"protocolSection":{"a":1}}`), "/protocolSection/a")
	f.Add("review", []byte("a,b\n1,2\n"), "row=1;column=b")
	f.Add("pubmed", []byte("<s><a>1</a></s>"), "/s/a[1]")
	f.Fuzz(func(t *testing.T, source string, body []byte, pointer string) {
		_, _ = Open(evidence.Payload{Source: source, Body: body}).Resolve(pointer) // must not panic
	})
}
