package link

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

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

func items(records ...evidence.Record) []Item {
	var out []Item
	for i := range records {
		if it := ItemOf(&records[i]); it != nil {
			out = append(out, *it)
		}
	}
	return out
}

func cites(id string, refs ...evidence.Reference) evidence.Record {
	r := trial(id)
	r.References = refs
	return r
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

func TestCountryRecordsAndTwins(t *testing.T) {
	gb, de := trial("2012-003632-23-GB"), trial("2012-003632-23-DE")
	gb.Source, de.Source = "euctr", "euctr"
	studies, _ := Build(Input{Items: items(trial("NCT00000001", "EudraCT 2012-003632-23"), trial("NCT00000002"), gb, de,
		evidence.Record{ID: "ISRCTN12345678", Source: "isrctn", Kind: evidence.KindTrial, SecondaryIDs: []evidence.ID{{Value: "NCT00000002"}}})})
	if s := study(t, studies, "NCT00000002"); !slices.Equal(s.Records, []string{"ISRCTN12345678", "NCT00000002"}) {
		t.Errorf("twins: %v", s.Records)
	}
	if s := study(t, studies, "NCT00000001"); !slices.Equal(s.Records, []string{"2012-003632-23-DE", "2012-003632-23-GB", "NCT00000001"}) {
		t.Errorf("country records: %v", s.Records)
	}
	// A country's record that names the number of its trial names itself.
	gb.SecondaryIDs = []evidence.ID{{Value: "2012-003632-23"}}
	if _, links := Build(Input{Items: items(gb, de)}); len(links) != 1 || links[0].Kind != KindCountry || links[0].Strength != Certain {
		t.Errorf("the parts of one trial: %+v", links)
	}
	if a, b := study(t, studies, "2012-003632-23-DE").ID, study(t, studies, "ISRCTN12345678").ID; len(studies) != 2 || a != "NCT00000001" ||
		b != "NCT00000002" {
		t.Errorf("%d studies, named %s and %s, want the NCT numbers", len(studies), a, b)
	}
}

// TestOneTrialUnderTwoNames: pairs of records that are one trial, each beside a
// stranger, and pairs that are not.
func TestOneTrialUnderTwoNames(t *testing.T) {
	domain := func(id, value, domain string) evidence.Record {
		r := trial(id)
		r.SecondaryIDs = []evidence.ID{{Value: value, Domain: domain}}
		return r
	}
	alias := trial("NCT00000001")
	alias.Aliases = []string{"NCT00000002"}
	for _, x := range []struct {
		name string
		a, b evidence.Record
		same bool
	}{
		{"EudraCT number and the WHO platform's country record", trial("NCT00000001", "2018-001718-13"), trial("EUCTR2018-001718-13-GB"), true},
		{"two country records", trial("2018-001718-13-GB"), trial("EUCTR2018-001718-13-DE"), true},
		{"a space in the number", trial("NCT00000001", "ISRCTN 12345678"), trial("ISRCTN12345678"), true},
		{"CTIS with and without submission", trial("CTIS2022-501142-30-00"), trial("NCT00000001", "2022-501142-30"), true},
		{"a resubmission", trial("2022-501142-30-00"), trial("2022-501142-30-01"), true},
		{"both name a CTIS number that is not held", trial("NCT00000001", "2022-501142-30-00"), trial("NCT00000002", "2022-501142-30"), true},
		{"DRKS", trial("NCT00000001", "DRKS00012345"), trial("DRKS00012345"), true},
		{"jRCT with the WHO's prefix", trial("NCT00000001", "jRCT2031220001"), trial("JPRN-jRCT2031220001"), true},
		{"a shared UTN", trial("ACTRN12612000123456", "U1111-1234-5678"), trial("RBR-6x8tfb", "UTN U1111-1234-5678"), true},
		{"a trailing p", trial("ACTRN12612000123456p"), trial("NCT00000001", "ACTRN12612000123456"), true},
		{"an earlier number", alias, trial("NCT00000002"), true},
		{"a label in the field", trial("NCT00000001", "EudraCT No.: 2018-001718-13"), trial("2018-001718-13-AT"), true},
		{"a neighbouring number", trial("NCT00000001", "2018-001718-13"), trial("2018-001718-14-GB"), false},
		{"nine digits", trial("NCT00000001"), trial("ISRCTN12345678", "NCT000000012"), false},
		{"another record of the same register", trial("NCT00000001", "NCT00000002"), trial("NCT00000002"), false},
		{"the parent trial", domain("NCT00000001", "2018-001718-13", "EudraCT of the parent study"), trial("2018-001718-13-GB"), false},
		{"a grant that both have", trial("NCT00000001", "R01MH123456"), trial("NCT00000002", "R01MH123456"), false},
		{"a number of zeros", trial("NCT00000001", "U1111-0000-0000"), trial("NCT00000002", "U1111-0000-0000"), false},
		{"one of two numbers of a register", trial("ISRCTN12345678", "NCT00000001", "NCT00000002"), trial("NCT00000001"), false},
		{"the number named back", trial("ISRCTN12345678", "NCT00000001", "NCT00000002"), trial("NCT00000001", "ISRCTN12345678"), true},
	} {
		studies, links := Build(Input{Items: items(x.a, x.b, trial("NCT09999999", "2019-009999-99"))})
		want := 3
		if x.same {
			want = 2
		}
		if len(studies) != want {
			t.Errorf("%s: %d studies, want %d: %+v", x.name, len(studies), want, links)
		}
		for _, l := range links {
			if l.Reason == "" || l.Strength == "" {
				t.Errorf("%s: a link without a reason: %+v", x.name, l)
			}
		}
	}
}

// TestProgrammesAreNoTrial: many records of one register that share a number
// are kept apart and shown.
func TestProgrammesAreNoTrial(t *testing.T) {
	var rs []evidence.Record
	for i := range maxShared + 1 {
		rs = append(rs, trial(fmt.Sprintf("NCT0000000%d", i+1), "2018-001718-13"))
	}
	studies, links := Build(Input{Items: items(rs...)})
	if len(studies) != maxShared+1 || !slices.ContainsFunc(links, DeservesLook) {
		t.Errorf("%d studies, %+v", len(studies), links)
	}
	studies, links = Build(Input{Items: items(rs[:2]...)})
	if len(studies) != 1 || !slices.ContainsFunc(links, func(l evidence.Link) bool { return l.Kind == KindConflict && DeservesLook(l) }) {
		t.Errorf("registered twice: %d studies, %+v", len(studies), links)
	}
}

// TestStudyNameOutlivesANewCountry: a record of one more country neither
// renames a study nor speaks for it before the register that is cited most.
func TestStudyNameOutlivesANewCountry(t *testing.T) {
	gb, at := trial("2012-003632-23-GB"), trial("2012-003632-23-AT")
	for _, records := range [][]evidence.Record{{gb}, {gb, at}} {
		studies, _ := Build(Input{Items: items(records...)})
		if len(studies) != 1 || studies[0].ID != "2012-003632-23" {
			t.Errorf("%d records: %+v", len(records), studies)
		}
	}
	nct := trial("NCT00000001", "2012-003632-23")
	nct.Status, at.Status = evidence.StatusCompleted, evidence.StatusRecruiting
	studies, _ := Build(Input{Items: items(at, nct)})
	if len(studies) != 1 || studies[0].Status != evidence.StatusCompleted {
		t.Errorf("%+v", studies)
	}
}

// Boilerplate titles make strangers look alike; nothing is joined by title.
func TestNothingIsJoinedByTitle(t *testing.T) {
	a, b := trial("NCT00000001"), trial("NCT00000002")
	a.Title, b.Title = "MDMA-Assisted Therapy for PTSD", "MDMA-Assisted Therapy for PTSD"
	if studies, _ := Build(Input{Items: items(a, b)}); len(studies) != 2 {
		t.Errorf("%d studies, want 2", len(studies))
	}
}

// TestPapers: which paper joins which trial, and how each link is called.
func TestPapers(t *testing.T) {
	abstract := func(p evidence.Record, ids ...string) evidence.Record {
		for _, id := range ids {
			p.Publication.TrialIDs = append(p.Publication.TrialIDs, evidence.TrialMention{ID: id, Where: "abstract"})
		}
		return p
	}
	ref := func(pmid, kind, citation string) evidence.Reference {
		return evidence.Reference{PMID: pmid, Type: kind, Citation: citation}
	}
	const a, b, e = "NCT00000001", "NCT00000002", "NCT00000003"
	for _, x := range []struct {
		name    string
		records []evidence.Record
		joined  bool // the paper is in the study of a
		kind    string
	}{
		{"its registration", []evidence.Record{trial(a), trial(b), paper("1", "10.1000/x", "A trial", a)}, true, "reports"},
		{"one trial in the abstract", []evidence.Record{trial(a), trial(b), abstract(paper("1", "", "A trial"), a)}, true, "reports"},
		{"two in the abstract", []evidence.Record{trial(a), trial(b), abstract(paper("1", "", "Two trials"), a, b)}, false, "related"},
		{"one registered, another named", []evidence.Record{trial(a), trial(b), abstract(paper("1", "", "A trial", a), b)}, false, "related"},
		{"two registered", []evidence.Record{trial(a), trial(b), paper("1", "", "Outcomes", a, b)}, false, "related"},
		{"one is not held", []evidence.Record{trial(a), trial(b), paper("1", "", "Outcomes", a, e)}, false, "related"},
		{"a meta-analysis", []evidence.Record{trial(a), trial(b), paper("1", "", "Psychedelics: a systematic review and meta-analysis", a)},
			false, "reviews"},
		{"a pooled analysis", []evidence.Record{trial(a), trial(b), paper("1", "", "Pooled analysis of phase 2 data", a)}, false, "pools"},
		{"a protocol", []evidence.Record{trial(a), trial(b), paper("1", "", "Study protocol for a trial of MDMA", a)}, true, "protocol-of"},
		{"a secondary analysis", []evidence.Record{trial(a), trial(b), paper("1", "", "Sleep: a secondary analysis", a)}, true,
			"secondary-analysis-of"},
		{"RESULT", []evidence.Record{cites(a, ref("1", "RESULT", "")), trial(b)}, true, "reports"},
		{"RESULT of two", []evidence.Record{cites(a, ref("1", "RESULT", "")), cites(b, ref("1", "RESULT", ""))}, false, "related"},
		{"RESULT, and registered as another", []evidence.Record{cites(a, ref("1", "RESULT", "")), trial(b), paper("1", "", "A trial", b)},
			false, "related"},
		{"RESULT, registered, another in the abstract", []evidence.Record{cites(a, ref("1", "RESULT", "")), trial(b),
			abstract(paper("1", "", "A trial", a), b)}, true, "reports"},
		{"RESULT that is a review by its citation", []evidence.Record{cites(a, ref("1", "RESULT", "X Y. A systematic review. J 2020")),
			trial(b)}, false, "reviews"},
		{"DERIVED", []evidence.Record{cites(a, ref("1", "DERIVED", "")), trial(b)}, false, "related"},
		{"DERIVED, and names it alone", []evidence.Record{cites(a, ref("1", "DERIVED", "")), trial(b), abstract(paper("1", "", "A trial"), a)},
			true, "reports"},
		{"DERIVED of two", []evidence.Record{cites(a, ref("1", "DERIVED", "")), cites(b, ref("1", "DERIVED", "")), paper("1", "", "x")}, false,
			"related"},
		{"BACKGROUND", []evidence.Record{cites(a, ref("1", "BACKGROUND", "")), trial(b), paper("1", "", "x")}, false, "cites"},
		{"untyped", []evidence.Record{cites(a, ref("1", "", "")), trial(b), paper("1", "", "x")}, false, "related"},
		{"two registers of the same trial", []evidence.Record{cites(a, ref("1", "RESULT", "")), trial("ISRCTN12345678", a),
			paper("1", "", "A trial", "ISRCTN12345678")}, true, "reports"},
		{"by a number that the record names", []evidence.Record{trial(a, "2018-001718-13"), trial(b),
			paper("1", "", "A trial", "2018-001718-13")}, true, "reports"},
		{"two sources of one paper", []evidence.Record{trial(a), trial(b), paper("1", "10.1000/x", "A trial", a), paper("1", "", "A trial", a)},
			true, "reports"},
	} {
		studies, links := Build(Input{Items: items(x.records...)})
		st := study(t, studies, a)
		if slices.Contains(st.Records, b) {
			t.Errorf("%s: the trials were joined", x.name)
		}
		if (len(st.Papers) > 0) != x.joined || len(st.Papers) > 1 {
			t.Errorf("%s: papers %v of %+v", x.name, st.Papers, links)
		}
		if !slices.ContainsFunc(links, func(l evidence.Link) bool { return l.Kind == x.kind && (l.A == a || l.A == "ISRCTN12345678") }) {
			t.Errorf("%s: no link %s in %+v", x.name, x.kind, links)
		}
	}
}

func TestRetractionMarksTheStudy(t *testing.T) {
	p := paper("1", "10.1000/a", "A trial", "NCT00000001")
	p.Publication.Related = []evidence.RelatedWork{{Type: "RetractionIn", PMID: "99"}}
	studies, _ := Build(Input{Items: items(trial("NCT00000001"), p)})
	if s := study(t, studies, "NCT00000001"); !slices.Equal(s.Retracted, []string{"doi:10.1000/a"}) {
		t.Errorf("retracted: %v", s.Retracted)
	}
}

// TestExtractionRows: a row's study is that of the trial that it names; a paper
// whose rows name two trials is of both and joins neither to the other.
func TestExtractionRows(t *testing.T) {
	ps := []Paper{{Study: "A 2020", Year: 2020, TrialID: "NCT00000001", DOI: "10.1000/x"},
		{Study: "A 2020b", Year: 2020, TrialID: "2018-001718-13", DOI: "10.1000/x"},
		{Study: "Old 1999", Year: 1999}}
	studies, _ := Build(Input{Items: items(trial("NCT00000001"), trial("2018-001718-13-GB")), Papers: ps})
	of := StudyOf(studies)
	if len(studies) != 3 || of[Node(ps[0])] != "NCT00000001" || of[Node(ps[1])] != "2018-001718-13" || of[Node(ps[2])] != "old-1999" {
		t.Fatalf("%v of %+v", of, studies)
	}
	if s := study(t, studies, "2018-001718-13-GB"); s.Label != "A 2020b" || !slices.Equal(s.Papers, []string{"doi:10.1000/x"}) {
		t.Errorf("%+v", s)
	}
}

// TestPeopleDecide: an undone link joins no more, in the study and in what it
// says of others; a made one joins.
func TestPeopleDecide(t *testing.T) {
	x := trial("ISRCTN12345678", "NCT00000001")
	in := Input{Items: items(trial("NCT00000001"), trial("NCT00000002"), x), Undone: map[Key]string{{A: "ISRCTN12345678", B: "NCT00000001",
		Kind: KindSame}: "typing error in the register"}}
	studies, links := Build(in)
	if len(studies) != 3 || !slices.ContainsFunc(links, func(l evidence.Link) bool { return l.Undone != "" }) {
		t.Errorf("the undone link still joins: %+v", studies)
	}
	in.Joined = map[Key]string{{A: "NCT00000001", B: "NCT00000002"}: "registered twice"}
	if studies, _ = Build(in); len(studies) != 2 {
		t.Errorf("the made link does not join: %+v", studies)
	}
	shared := Input{Items: items(cites("NCT00000001", evidence.Reference{PMID: "1", Type: "RESULT"}),
		cites("NCT00000002", evidence.Reference{PMID: "1", Type: "RESULT"})),
		Undone: map[Key]string{{A: "NCT00000002", B: "pmid:1", Kind: KindRelated}: "not its paper"}}
	studies, _ = Build(shared)
	if s := study(t, studies, "NCT00000001"); !slices.Equal(s.Papers, []string{"pmid:1"}) {
		t.Errorf("the paper is of one trial now: %+v", studies)
	}
}

// TestOrderDoesNotMatter: any order of any records gives the same studies and
// links, and the same again from its own input.
func TestOrderDoesNotMatter(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	for range 200 {
		rs := world(r)
		want, wantLinks := Build(Input{Items: items(rs...)})
		r.Shuffle(len(rs), func(i, j int) { rs[i], rs[j] = rs[j], rs[i] })
		got, gotLinks := Build(Input{Items: items(rs...)})
		if d := cmp.Diff(want, got); d != "" {
			t.Fatal(d)
		}
		if d := cmp.Diff(wantLinks, gotLinks); d != "" {
			t.Fatal(d)
		}
		of := StudyOf(got)
		for _, l := range gotLinks {
			if l.Undone == "" && l.Strength != Possible && joins(l.Kind) && of[l.A] != "" && of[l.A] != of[l.B] {
				t.Fatalf("%+v joins, and its sides are apart", l)
			}
		}
	}
}

// world makes a few trials and papers that name each other at random.
func world(r *rand.Rand) []evidence.Record {
	numbers := []string{"NCT00000001", "NCT00000002", "NCT00000003", "ISRCTN00000001", "ISRCTN00000002", "2018-001718-13",
		"2018-001718-13-GB", "2018-001718-13-DE",
		"2022-501142-30-00", "2022-501142-30", "U1111-1234-5678", "DRKS00000001"}
	pick := func() string { return numbers[r.IntN(len(numbers))] }
	var out []evidence.Record
	seen := map[string]bool{}
	for range 3 + r.IntN(6) {
		id := pick()
		if seen[id] {
			continue
		}
		seen[id] = true
		rec := trial(id)
		for range r.IntN(3) {
			rec.SecondaryIDs = append(rec.SecondaryIDs, evidence.ID{Value: pick()})
		}
		for range r.IntN(3) {
			rec.References = append(rec.References, evidence.Reference{PMID: fmt.Sprint(1 + r.IntN(4)),
				Type: []string{"RESULT", "DERIVED", "BACKGROUND", ""}[r.IntN(4)]})
		}
		out = append(out, rec)
	}
	for i := range r.IntN(4) {
		var bank []string
		for range r.IntN(3) {
			bank = append(bank, pick())
		}
		out = append(out, paper(fmt.Sprint(i+1), []string{"", fmt.Sprintf("10.1000/%d", i)}[r.IntN(2)],
			[]string{"A trial", "A pooled analysis", "A protocol for x"}[r.IntN(3)], bank...))
	}
	return out
}

// BenchmarkBuild shows what linking a large register takes.
func BenchmarkBuild(b *testing.B) {
	var its []Item
	for i := range 50_000 {
		r := cites(fmt.Sprintf("NCT%08d", i+1), evidence.Reference{PMID: fmt.Sprint(i), Type: "RESULT"})
		r.SecondaryIDs = []evidence.ID{{Value: fmt.Sprintf("2018-%06d-13", i/2+1)}}
		its = append(its, items(r, paper(fmt.Sprint(i), fmt.Sprintf("10.1000/%d", i), "A trial", r.ID))...)
	}
	b.ReportAllocs()
	for b.Loop() {
		Build(Input{Items: its})
	}
}
