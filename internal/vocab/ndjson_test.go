package vocab

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

func TestMatchNDJSON(t *testing.T) {
	in := "\ufeff" + `{"id":"a","text":"Psilocybin for depression.\nPatients with major depressive disorder received psilocybin."}

{"id":7,"title":"MADRS and heart rate after esketamine","text":""}
not json
{"id":"no text"}
{"id":"bad","text":5}
{"text":"no id, MDMA"}
[1,2]
{"id":"last","text":"ayahuasca & <b>LSD</b>"}`
	var out bytes.Buffer
	counts, err := MatchNDJSON(strings.NewReader(in), &out)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id":"a","substances":["psilocybin"],"conditions":["depression"],"topics":[],"instruments":[],"study_type":[],` +
		`"roles":{"depression":"indication"}}
{"id":7,"substances":["ketamine"],"conditions":[],"topics":[],"instruments":["madrs"],"study_type":[],"roles":{},"measures":["heart-rate"]}
{"id":null,"line":4,"error":"not a JSON object with id and text: invalid character 'o' in literal null (expecting 'u')"}
{"id":"no text","line":5,"error":"no \"text\""}
{"id":"bad","line":6,"error":"not a JSON object with id and text: json: cannot unmarshal number into Go struct field ` +
		`record.text of type string"}
{"id":null,"substances":["mdma"],"conditions":[],"topics":[],"instruments":[],"study_type":[],"roles":{}}
{"id":null,"line":8,"error":"not a JSON object with id and text: json: cannot unmarshal array into Go value of type vocab.record"}
{"id":"last","substances":["lsd"],"conditions":[],"topics":[],"instruments":[],"study_type":[],"roles":{},"other_substances":["ayahuasca"]}
`
	if got := out.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if counts.Lines != 8 || counts.Matched != 4 || len(counts.Bad) != 4 || counts.Bad[0].Line != 4 {
		t.Errorf("counts %+v", counts)
	}
}

func TestMatchNDJSONLongLine(t *testing.T) {
	long := `{"id":"x","text":"` + strings.Repeat("a", maxLine) + `"}` + "\n" + `{"id":"y","text":"MDMA"}`
	var out bytes.Buffer
	counts, err := MatchNDJSON(strings.NewReader(long), &out)
	if err != nil || len(counts.Bad) != 1 || counts.Matched != 1 || !strings.Contains(out.String(), `"id":"y","substances":["mdma"]`) {
		t.Errorf("counts %+v, %v, out %.200s", counts, err, out.String())
	}
}

func TestMatchNDJSONBrokenStreams(t *testing.T) {
	broken := errors.New("disk gone")
	if _, err := MatchNDJSON(iotest.ErrReader(broken), &bytes.Buffer{}); !errors.Is(err, broken) {
		t.Errorf("read error is %v", err)
	}
	if _, err := MatchNDJSON(strings.NewReader(`{"id":1,"text":"x"}`), failingWriter{broken}); !errors.Is(err, broken) {
		t.Errorf("write error is %v", err)
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

// FuzzMatchNDJSON: every line that is not blank gets exactly one answer, which is
// JSON, and no input is an error.
func FuzzMatchNDJSON(f *testing.F) {
	for _, s := range []string{`{"id":1,"text":"MDMA"}`, "{}\n\n{", "\xff\xfe", `{"id":{"a":[1]},"text":"x\u0000y"}`,
		"{\"id\":\"a\",\"text\":\"caps 5\"}\r\n\r\n", `{"id":1e999,"text":""}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var out bytes.Buffer
		counts, err := MatchNDJSON(bytes.NewReader(in), &out)
		if err != nil {
			t.Fatal(err)
		}
		lines := bytes.Split(bytes.TrimSuffix(out.Bytes(), []byte("\n")), []byte("\n"))
		if counts.Lines == 0 {
			lines = nil
		}
		if len(lines) != counts.Lines || counts.Matched+len(counts.Bad) != counts.Lines {
			t.Fatalf("%d answers, counts %+v", len(lines), counts)
		}
		for _, l := range lines {
			if !json.Valid(l) || !utf8.Valid(l) {
				t.Fatalf("answer is not JSON: %q", l)
			}
		}
	})
}

// Each condition that a text names has a part in the study.
func TestRoles(t *testing.T) {
	v := Default()
	for _, c := range []struct {
		text  string
		roles map[string]string
	}{
		{"Psilocybin for depression.\nPatients with major depression received psilocybin.", map[string]string{"depression": RoleIndication}},
		{"Depressive symptoms in ecstasy users.\nUsers and controls were compared.", map[string]string{"depression": RoleOwnUse}},
		{"MDMA for PTSD.\nAdults with PTSD, including those with common comorbidities such as depression, received MDMA.",
			map[string]string{"ptsd": RoleIndication, "depression": RoleComorbidity}},
		{"Psilocybin for obsessive compulsive disorder including those with common comorbidities such as depression.\nOCD " +
			"patients were treated with psilocybin.",
			map[string]string{"ocd": RoleIndication, "depression": RoleComorbidity}},
		{"Adjunct Ketamine Use in the Management of PTSD.\nThirty veterans with PTSD were treated with ketamine.",
			map[string]string{"ptsd": RoleIndication}},
		{"Ketamine for tinnitus.\nPatients without depression received ketamine.", map[string]string{"depression": RoleExcluded}},
		{"Psilocybin alters connectivity.\nBACKGROUND: Psilocybin has shown promise in depression. METHODS: Healthy people were scanned.",
			map[string]string{"depression": RoleBackground}},
	} {
		got := map[string]string{}
		for _, s := range v.ClassifyText(c.text).Conditions {
			got[s.ID] = s.Role
			if s.About != (s.Role == RoleIndication || s.Role == RoleEndpoint) && s.About {
				t.Errorf("%q: %s counts as a %s", c.text, s.ID, s.Role)
			}
		}
		for id, want := range c.roles {
			if got[id] != want {
				t.Errorf("%q: %s is %q, want %q", c.text, id, got[id], want)
			}
		}
	}
}
