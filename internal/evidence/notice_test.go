package evidence

import "testing"

// TestNoticeOfRelation: each database's own spelling of a relation is one kind of
// notice, on the paper itself or on the other work.
func TestNoticeOfRelation(t *testing.T) {
	for kind, want := range map[string]struct {
		kind  string
		other bool
	}{
		"RetractionIn": {"retraction", false}, "Retraction in": {"retraction", false}, "retracted-by": {"retraction", false},
		"RetractionOf": {"retraction", true}, "Retraction of": {"retraction", true},
		"ErratumIn": {"correction", false}, "Erratum in": {"correction", false}, "ErratumFor": {"correction", true},
		"CorrectedandRepublishedIn": {"correction", false}, "PartialRetractionIn": {"correction", false},
		"ExpressionOfConcernIn": {"expression-of-concern", false}, "Expression of concern in": {"expression-of-concern", false},
		"ExpressionOfConcernFor": {"expression-of-concern", true},
		"CommentIn":              {}, "UpdateOf": {}, "preprint-of": {}, "CorrectedandRepublishedFrom": {}, "": {},
	} {
		got, other := RelatedWork{Type: kind}.Notice()
		if got != want.kind || other != want.other {
			t.Errorf("%q is %q, of the other work %v; want %q, %v", kind, got, other, want.kind, want.other)
		}
	}
	if !(RelatedWork{Type: "PartialRetractionIn"}).Partial() || (RelatedWork{Type: "RetractionIn"}).Partial() {
		t.Error("a partial retraction is no retraction")
	}
}

func TestNoticeStated(t *testing.T) {
	for want, n := range map[string]Notice{
		" on 2024-08-10 by a journal":    {Date: DateStruct{Raw: "2024-08-10"}, By: "a journal", Read: "the notice"},
		" on 2024-08, as PubMed records": {Date: DateStruct{Raw: "2024-08"}, By: "PubMed", Read: ReadRecord},
		", as Crossref records":          {By: "Crossref", Read: ReadRecord},
		"":                               {},
	} {
		if got := n.Stated(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
