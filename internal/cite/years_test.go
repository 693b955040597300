package cite

import (
	"strings"
	"testing"

	"past/internal/evidence"
)

// A study is dated by its own report or by its register, never by the edition's data;
// where neither states a day there is none.
func TestStudiesAreDatedByTheirSources(t *testing.T) {
	posted := evidence.Record{ID: "NCT00000001", FirstPosted: evidence.DateStruct{Raw: "2004-05-01"},
		LastUpdatePosted: evidence.DateStruct{Raw: "2026-11-01"}}
	silent := evidence.Record{ID: "NCT00000002", LastUpdatePosted: evidence.DateStruct{Raw: "2026-11-01"}}
	s := &Shelf{Accessed: Date{Year: 2026}, works: map[string]Item{"10.1/undated": {Type: Article, Title: "A paper", DOI: "10.1/undated"}},
		records: map[string]Item{}}
	s.records[posted.ID], s.records[silent.ID] = s.trial(&posted), s.trial(&silent)
	for _, c := range []struct {
		name string
		e    evidence.Effect
		want string
	}{
		{"the column of the table", evidence.Effect{StudyLabel: "Clinic trial", Year: 2004}, "2004"},
		{"its label", evidence.Effect{StudyLabel: "Smith 2010"}, "2010"},
		{"the column before the label", evidence.Effect{StudyLabel: "Smith 2010", Year: 2011}, "2011"},
		{"a paper whose record has no day", evidence.Effect{StudyLabel: "Smith", Year: 2012, DOI: "10.1/undated"}, "2012"},
		{"nothing", evidence.Effect{StudyLabel: "Clinic trial"}, ""},
		{"the register's first day", evidence.Effect{StudyLabel: "X", RecordID: posted.ID}, "2004-05-01"},
		{"a record without one", evidence.Effect{StudyLabel: "X", RecordID: silent.ID}, ""},
	} {
		if it := s.study(c.e); it.Issued.String() != c.want {
			t.Errorf("%s: %q, want %q", c.name, it.Issued, c.want)
		}
	}
	if note := s.records[silent.ID].Notes[0]; !strings.HasSuffix(note, ", last updated 2026-11-01") {
		t.Error(note)
	}
}
