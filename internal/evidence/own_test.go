package evidence_test

import (
	"reflect"
	"strings"
	"testing"
	"unsafe"

	"past/internal/evidence"
)

// A copy is equal to the value and shares no memory with it.
func TestOwn(t *testing.T) {
	text := strings.Repeat("NCT01234567 placebo ", 100)
	n := 12
	cut := func(i int) string { return text[i : i+7] }
	in := evidence.Record{ID: cut(0), Title: cut(20), Phases: []string{cut(40), ""}, Enrollment: &n,
		SecondaryIDs: []evidence.ID{{Value: cut(12)}},
		Start:        evidence.DateStruct{Raw: cut(60)}, Results: &evidence.Results{}, Keywords: []string{}}
	out := evidence.Own(in)
	if !reflect.DeepEqual(in, out) {
		t.Fatalf("got %+v, want %+v", out, in)
	}
	within := func(s string) bool {
		p, from := uintptr(unsafe.Pointer(unsafe.StringData(s))), uintptr(unsafe.Pointer(unsafe.StringData(text)))
		return p >= from && p < from+uintptr(len(text))
	}
	if !within(in.ID) {
		t.Fatal("the test cuts nothing")
	}
	for _, s := range []string{out.ID, out.Title, out.Phases[0], out.SecondaryIDs[0].Value, out.Start.Raw} {
		if within(s) {
			t.Errorf("%q is part of the text", s)
		}
	}
	if out.Enrollment == in.Enrollment || out.Results == in.Results || &out.Phases[0] == &in.Phases[0] {
		t.Error("the copy shares what it points to")
	}
	if out.Keywords == nil || out.Sites != nil {
		t.Error("an empty list and none are two things")
	}
}

func TestOwnMaps(t *testing.T) {
	in := map[string][]string{"a": {"b", "c"}, "d": nil}
	out := evidence.Own(in)
	out["a"][0] = "x"
	if in["a"][0] != "b" || out["a"][1] != "c" || out["d"] != nil || len(out) != 2 {
		t.Errorf("%v, %v", in, out)
	}
}
