package link

import (
	"slices"
	"testing"

	"past/internal/evidence"
)

func trial(id string, secondary ...string) evidence.Record {
	r := evidence.Record{ID: id, Source: "ctgov", Kind: evidence.KindTrial}
	for _, s := range secondary {
		r.SecondaryIDs = append(r.SecondaryIDs, evidence.ID{Value: s})
	}
	return r
}

func paper(pmid, doi, title string, databank ...string) evidence.Record {
	p := &evidence.Publication{PMID: pmid, DOI: doi, Title: title}
	for _, id := range databank {
		p.TrialIDs = append(p.TrialIDs, evidence.TrialMention{ID: id, Where: "databank"})
	}
	return evidence.Record{ID: "pmid:" + pmid, Source: "pubmed", Kind: evidence.KindPublication, Publication: p}
}

func study(t *testing.T, studies []evidence.Study, id string) evidence.Study {
	t.Helper()
	for _, s := range studies {
		if slices.Contains(s.Records, id) || slices.Contains(s.Papers, id) {
			return s
		}
	}
	t.Fatalf("no study holds %s: %+v", id, studies)
	return evidence.Study{}
}

func TestRegisterTwinsAndCountryRecords(t *testing.T) {
	gb, de := trial("2012-003632-23-GB"), trial("2012-003632-23-DE")
	gb.Source, de.Source = "euctr", "euctr"
	studies, _ := Build(Input{Records: []evidence.Record{
		trial("NCT00000001", "EudraCT 2012-003632-23"), trial("NCT00000002"), gb, de,
		{ID: "ISRCTN12345678", Source: "isrctn", Kind: evidence.KindTrial, SecondaryIDs: []evidence.ID{{Value: "NCT00000002"}}},
	}})
	if s := study(t, studies, "NCT00000002"); !slices.Equal(s.Records, []string{"ISRCTN12345678", "NCT00000002"}) {
		t.Errorf("twins: %v", s.Records)
	}
	if s := study(t, studies, "NCT00000001"); !slices.Contains(s.Records, "2012-003632-23-DE") || !slices.Contains(s.Records, "2012-003632-23-GB") {
		t.Errorf("country records: %v", s.Records)
	}
	if len(studies) != 2 {
		t.Errorf("%d studies, want 2", len(studies))
	}
	if a, b := study(t, studies, "2012-003632-23-DE").ID, study(t, studies, "ISRCTN12345678").ID; a != "NCT00000001" || b != "NCT00000002" {
		t.Errorf("named %s and %s, want the NCT numbers", a, b)
	}
}

// TestStudyNameOutlivesANewCountry: a record of one more country neither
// renames a study nor speaks for it before the register that is cited most.
func TestStudyNameOutlivesANewCountry(t *testing.T) {
	gb, at := trial("2012-003632-23-GB"), trial("2012-003632-23-AT")
	for _, records := range [][]evidence.Record{{gb}, {gb, at}} {
		studies, _ := Build(Input{Records: records})
		if len(studies) != 1 || studies[0].ID != "2012-003632-23" {
			t.Errorf("%d records: %+v", len(records), studies)
		}
	}
	nct := trial("NCT00000001", "2012-003632-23")
	nct.Status, at.Status = evidence.StatusCompleted, evidence.StatusRecruiting
	studies, _ := Build(Input{Records: []evidence.Record{at, nct}})
	if len(studies) != 1 || studies[0].Status != evidence.StatusCompleted {
		t.Errorf("%+v", studies)
	}
}

// Boilerplate titles make strangers look alike; nothing is joined by title.
func TestNothingIsJoinedByTitle(t *testing.T) {
	a, b := trial("NCT00000001"), trial("NCT00000002")
	a.Title, b.Title = "MDMA-Assisted Therapy for PTSD", "MDMA-Assisted Therapy for PTSD"
	if studies, _ := Build(Input{Records: []evidence.Record{a, b}}); len(studies) != 2 {
		t.Errorf("%d studies, want 2", len(studies))
	}
}

func TestPapers(t *testing.T) {
	studies, links := Build(Input{Records: []evidence.Record{
		trial("NCT00000001"), trial("NCT00000002"),
		paper("1", "10.1/report", "MDMA-assisted therapy for PTSD: a randomized trial", "NCT00000001"),
		paper("2", "10.1/pooled", "Outcomes of two trials", "NCT00000001", "NCT00000002"),
		paper("3", "10.1/meta", "Psychedelics for PTSD: a systematic review and meta-analysis", "NCT00000001"),
		paper("4", "", "Study protocol for a trial of MDMA", "NCT00000002"),
	}})
	if len(studies) != 2 {
		t.Fatalf("the pooled paper joined its trials: %+v", studies)
	}
	if s := study(t, studies, "NCT00000001"); !slices.Equal(s.Papers, []string{"doi:10.1/report"}) {
		t.Errorf("papers of the first trial: %v", s.Papers)
	}
	if s := study(t, studies, "NCT00000002"); !slices.Equal(s.Papers, []string{"pmid:4"}) {
		t.Errorf("papers of the second trial: %v", s.Papers)
	}
	kinds := map[string]int{}
	for _, l := range links {
		kinds[l.Kind]++
		if l.Reason == "" || l.Strength == "" {
			t.Errorf("a link without a reason: %+v", l)
		}
	}
	if kinds["pools"] != 2 || kinds["reviews"] != 1 || kinds["protocol-of"] != 1 || kinds["reports"] != 1 {
		t.Errorf("kinds: %v", kinds)
	}
}

func TestReferencesByType(t *testing.T) {
	r := trial("NCT00000001")
	r.References = []evidence.Reference{{PMID: "1", Type: "RESULT"}, {PMID: "2", Type: "BACKGROUND"}, {PMID: "3", Type: "DERIVED"}, {PMID: "4"}}
	studies, _ := Build(Input{Records: []evidence.Record{r, paper("1", "10.1/a", "A trial"), paper("2", "", "Literature"), paper("3", "", "B trial")}})
	if s := study(t, studies, "NCT00000001"); !slices.Equal(s.Papers, []string{"doi:10.1/a", "pmid:3"}) {
		t.Errorf("papers: %v", s.Papers)
	}
}

func TestRetractionMarksTheStudy(t *testing.T) {
	p := paper("1", "10.1/a", "A trial", "NCT00000001")
	p.Publication.Related = []evidence.RelatedWork{{Type: "RetractionIn", PMID: "99"}}
	studies, _ := Build(Input{Records: []evidence.Record{trial("NCT00000001"), p}})
	if s := study(t, studies, "NCT00000001"); !slices.Equal(s.Retracted, []string{"doi:10.1/a"}) {
		t.Errorf("retracted: %v", s.Retracted)
	}
}

func TestUndoAndConflict(t *testing.T) {
	x := evidence.Record{ID: "ISRCTN12345678", Source: "isrctn", Kind: evidence.KindTrial, SecondaryIDs: []evidence.ID{{Value: "NCT00000001"}, {Value: "NCT00000002"}}}
	records := []evidence.Record{trial("NCT00000001"), trial("NCT00000002"), x}
	studies, links := Build(Input{Records: records})
	if len(studies) != 1 || !slices.ContainsFunc(links, func(l evidence.Link) bool { return l.Kind == "conflict" }) {
		t.Errorf("two records of one register joined through a third must be shown as a conflict: %+v", links)
	}
	studies, _ = Build(Input{Records: records, Undone: map[Key]string{{A: "ISRCTN12345678", B: "NCT00000002", Kind: "same-trial"}: "typing error in the register"}})
	if len(studies) != 2 {
		t.Errorf("the undone link still joins: %+v", studies)
	}
}

// The result does not hang on the order of the records.
func TestOrderDoesNotMatter(t *testing.T) {
	records := []evidence.Record{trial("NCT00000003", "NCT00000001"), trial("NCT00000001"), trial("NCT00000002", "NCT00000003"),
		paper("1", "10.1/a", "A", "NCT00000002"), paper("2", "10.1/b", "Pooled analysis", "NCT00000001", "NCT00000002")}
	want, wantLinks := Build(Input{Records: records})
	back := slices.Clone(records)
	slices.Reverse(back)
	got, gotLinks := Build(Input{Records: back})
	if len(got) != len(want) || len(gotLinks) != len(wantLinks) {
		t.Fatalf("%d studies and %d links, want %d and %d", len(got), len(gotLinks), len(want), len(wantLinks))
	}
	for i := range want {
		if got[i].ID != want[i].ID || !slices.Equal(got[i].Records, want[i].Records) || !slices.Equal(got[i].Papers, want[i].Papers) {
			t.Errorf("%+v, want %+v", got[i], want[i])
		}
	}
}
