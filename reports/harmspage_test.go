package reports

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"past/internal/evidence"
)

// readPage is a written page with plain spaces.
func readPage(t *testing.T, dir, page string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(page)))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(b), "\u00a0", " ")
}

// TestHarmRowsSayWhatTheyCount: dosing sessions are not printed as people, on a
// study's page, among all rows and in the sexual layer.
func TestHarmRowsSayWhatTheyCount(t *testing.T) {
	ed := fixtureEdition(t)
	study := ed.Studies[0].ID
	ed.Harms = []evidence.HarmRow{
		{StudyID: study, Substance: "mdma", Term: "flushing", Affected: p(11), AtRisk: p(43), Unit: evidence.UnitSessions},
		{StudyID: study, Substance: "mdma", Term: "nausea", Affected: p(5), AtRisk: p(12), Unit: evidence.UnitPeople},
		{StudyID: study, Substance: "mdma", Term: "fatigue", Affected: p(7), AtRisk: p(99)}}
	ed.Sexual = nil
	for _, h := range ed.Harms {
		ed.Sexual = append(ed.Sexual, evidence.LayerRow{StudyID: study, Kind: "adverse event", What: h.Term, Affected: h.Affected,
			AtRisk: h.AtRisk, Unit: h.Unit})
	}
	pages := written(t, ed, Options{})
	for _, page := range []string{"s/" + study + ".html", "harm-rows.html", "sexual.html"} {
		text := readPage(t, pages, page)
		for term, want := range map[string]string{"flushing": "sessions", "nausea": "people", "fatigue": "(unit not stated)"} {
			_, row, ok := strings.Cut(text, term)
			row, _, _ = strings.Cut(row, "</tr>")
			if !ok || !strings.Contains(row, want) {
				t.Errorf("%s: %s is %q, want %q", page, term, row, want)
			}
		}
	}
}

// TestRowsAsReportedAreCounted: the rows that exist are counted, not the lines of
// the table.
func TestRowsAsReportedAreCounted(t *testing.T) {
	ed := fixtureEdition(t)
	study := ed.Studies[0].ID
	ed.Harms = nil
	for range 249 {
		ed.Harms = append(ed.Harms, evidence.HarmRow{StudyID: study, Substance: "mdma", Term: "flushing", Affected: p(1)})
	}
	pages := written(t, ed, Options{})
	text := readPage(t, pages, "s/"+study+".html")
	if want := "249 rows (the first 200 are shown; the data files have all) as reported"; !strings.Contains(text, want) ||
		strings.Contains(text, "more rows") {
		t.Errorf("the study's page lacks %q", want)
	}
	if n := strings.Count(text, "flushing"); n != 200 {
		t.Errorf("%d rows are shown", n)
	}
}

// TestHarmNotices: what bears on counts of harm is said beside them, whole.
func TestHarmNotices(t *testing.T) {
	ed := fixtureEdition(t)
	said := strings.Repeat("Events judged favourable by staff were not recorded as adverse events of the treatment group. ", 8) + "End of it."
	ed.HarmSummaries = []evidence.Harms{{Substance: "mdma", NoticeNote: "counts may be too low.",
		Notices: []evidence.Notice{{Kind: "regulator-decision", Date: evidence.DateStruct{Raw: "2024-08-09"}, Said: said, By: "FDA"}}}}
	text := readPage(t, written(t, ed, Options{}), "harms.html")
	for _, want := range []string{"2024-08-09. Counts may be too low.", said} {
		if !strings.Contains(text, want) {
			t.Errorf("the page of harms lacks %q", want)
		}
	}
}

// TestDoubtsOfDosesAreVisible: what is doubted of a dose is shown wherever the dose is
// printed: in the title of an effect, among the arms of the record, in the table and
// the figure of harms.
func TestDoubtsOfDosesAreVisible(t *testing.T) {
	ed := fixtureEdition(t)
	e := &ed.Findings[0].Effects[0]
	e.DoseTreat = "22 mg/kg"
	e.Flags = []string{"dose-unit: no dose of MDMA per kilogram"}
	study := e.StudyID
	ed.Registered = func(id string) (*Registered, error) {
		return &Registered{Arms: []RegisteredArm{{Arm: evidence.Arm{Label: "MDMA 22 mg/kg"}, Flags: e.Flags},
			{Arm: evidence.Arm{Label: "Placebo"}}}}, nil
	}
	arm := func(name, dose, other string) evidence.HarmArm {
		return evidence.HarmArm{StudyID: study, Label: "A 2020", Arm: name, Dose: dose, OtherDose: other, Affected: p(1), AtRisk: p(9)}
	}
	ed.Harms = []evidence.HarmRow{{StudyID: study, Substance: "mdma", Term: "nausea", Dose: "75", OtherDose: "75-125 mg", Affected: p(1),
		Flags: []string{"dose-differs: the table gives 75 mg, the trial gives 75-125 mg"}}}
	ed.HarmSummaries = []evidence.Harms{{Substance: "mdma", Rows: 1, Terms: []evidence.HarmTerm{{ID: "nausea", Name: "nausea",
		Comparisons: []evidence.HarmComparison{{Treat: arm("MDMA", "75", "75-125 mg"), Control: arm("placebo", "", ""), Difference: p(0.1),
			Lower: p(-0.1), Upper: p(0.3)}}}}}}
	pages := written(t, ed, Options{})
	for page, wants := range map[string][]string{
		"s/" + study + ".html": {"22 mg/kg against placebo (dose unit in doubt)", "(no dose of MDMA per kilogram)",
			"the table gives 75 mg, the trial gives 75-125 mg"},
		"harms.html":     {"A 2020, 75 mg or 75-125 mg (sources differ)"},
		"harm-rows.html": {"the table gives 75 mg, the trial gives 75-125 mg"},
	} {
		text := readPage(t, pages, page)
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q", page, want)
			}
		}
		if strings.Contains(text, "dose-unit:") || strings.Contains(text, "dose-differs:") {
			t.Errorf("%s prints a code of programs", page)
		}
	}
}

// TestStudyListsTiedPapers: a paper that a person's table ties to a study is on the
// study's page, once, and one that its records list already is not repeated.
func TestStudyListsTiedPapers(t *testing.T) {
	ed := fixtureEdition(t)
	st := &ed.Studies[0]
	st.Papers = []string{"doi:10.1000/listed"}
	ed.Papers = map[string][]TiedPaper{st.ID: {{DOI: "10.1000/listed", Label: "L 2020", Tables: []string{"results"}},
		{DOI: "10.1000/tied", Label: "T 2020", Tables: []string{"measured outcomes", "other evidence"}},
		{Label: "N 2014", Source: "analysis code", Tables: []string{"measured outcomes"}}}}
	text := readPage(t, written(t, ed, Options{}), "s/"+st.ID+".html")
	for _, want := range []string{"T 2020 (table of measured outcomes and other evidence)",
		"Report without a DOI on file, N 2014, read in analysis code (table of measured outcomes)"} {
		if !strings.Contains(text, want) {
			t.Errorf("the study's page lacks %q", want)
		}
	}
	if strings.Contains(text, "L 2020 (table") || !strings.Contains(text, "10.1000/tied") {
		t.Error("a listed paper is repeated, or a tied one has no address")
	}
}

// TestMeasuredWords: "no number" is said only of a measured outcome whose source gives
// none.
func TestMeasuredWords(t *testing.T) {
	for want, r := range map[string]evidence.LayerRow{
		"In words; no number on file":                       {},
		"In words; no number on file; 12 participants":      {N: p(12)},
		"Printed: pre-post d 0.64 to 2.79; 1 participant":   {N: p(1), Note: "printed: pre-post d 0.64 to 2.79"},
		"No numbers for the comparison in the sources seen": {Note: "no numbers for the comparison in the sources seen"},
	} {
		if got := strings.ReplaceAll(measuredWords(&r), "\u00a0", " "); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
