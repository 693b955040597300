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

// TestNoticesOfHarms: the words of a notice decide whether it is about harms, and whether
// events went unrecorded.
func TestNoticesOfHarms(t *testing.T) {
	for _, c := range []struct {
		said             string
		harms, uncounted bool
	}{
		{"The letter names events judged favourable by staff that were not recorded as adverse events.", true, true},
		{"Serious adverse events at one site had been left out of the report.", true, true},
		{"Under-reporting of side effects could not be excluded.", true, true},
		{"Abuse-related events were not systematically captured.", true, true},
		{"The sponsor failed to document adverse reactions.", true, true},
		{"No adverse events were reported.", true, false},
		{"A boxed warning names cardiovascular risk. Data of one visit were not recorded.", true, false},
		{"The committee voted against the balance of benefit and risk.", true, false},
		{"The journal corrects a table: the risk of bias of one study was misprinted.", false, false},
		{"Functional unblinding was discussed.", false, false},
	} {
		n := Notice{Substance: "mdma", Said: c.said}
		if n.OfHarms() != c.harms || n.Uncounted() != c.uncounted {
			t.Errorf("%q: of harms %v, unrecorded %v", c.said, n.OfHarms(), n.Uncounted())
		}
		if n.Uncounted() && !n.ConcernsHarms("mdma", nil, nil) || n.ConcernsHarms("lsd", nil, nil) {
			t.Errorf("%q: concerns harms of MDMA %v, of LSD %v", c.said, n.ConcernsHarms("mdma", nil, nil), n.ConcernsHarms("lsd", nil, nil))
		}
	}
	paper := Notice{DOI: "10.1/x", Said: "Retracted."}
	if !paper.ConcernsHarms("mdma", nil, map[string]bool{"doi:10.1/x": true}) || paper.ConcernsHarms("mdma", nil, nil) {
		t.Error("a notice on a paper concerns the harms that were read from it, and no others")
	}
}
