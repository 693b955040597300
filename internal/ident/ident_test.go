package ident

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestParse reads one number as registers, the WHO platform and people write
// it, and refuses what only looks like one.
func TestParse(t *testing.T) {
	for _, x := range []struct{ in, value, stem string }{
		{"NCT01234567", "NCT01234567", ""},
		{" nct-01234567. ", "NCT01234567", ""},
		{"NCT No. 01234567", "NCT01234567", ""},
		{"NCT035370145", "", ""}, // nine digits
		{"NCT0123456", "", ""},
		{"NCT00000000", "", ""},
		{"NCT01234567 and more", "", ""},
		{"ISRCTN 12345678", "ISRCTN12345678", ""},
		{"ISRCTN-12345678", "ISRCTN12345678", ""},
		{"ISRCTN1234567", "", ""},
		{"ACTRN12612000123456p", "ACTRN12612000123456", ""},
		{"ACTRN012605000024673", "ACTRN12605000024673", ""},
		{"ACTRN1261200012345", "", ""},
		{"2012-003632-23", "2012-003632-23", ""},
		{"EudraCT 2012-003632-23", "2012-003632-23", ""},
		{"EudraCT number: 2012-003632-23", "2012-003632-23", ""},
		{"EUCTR2012-003632-23-GB", "2012-003632-23-GB", "2012-003632-23"},
		{"EUCTR2012-003632-23-Outside-EU/EEA", "2012-003632-23-3RD", "2012-003632-23"},
		{"2012-003632-23-3rd", "2012-003632-23-3RD", "2012-003632-23"},
		{"2012–003632–23", "2012-003632-23", ""}, // en dashes
		{"2012-003632-23-XX", "", ""},
		{"2012-3632-23", "", ""},
		{"2000-000000-00", "", ""},
		{"CTIS2022-501142-30-00", "2022-501142-30-00", "2022-501142-30"},
		{"EU CT 2022-501142-30", "2022-501142-30", ""},
		{"EUCT2022-501142-30-02", "2022-501142-30-02", "2022-501142-30"},
		{"2022-501142-30-01", "2022-501142-30-01", "2022-501142-30"},
		{"DRKS00012345", "DRKS00012345", ""},
		{"JPRN-jRCT2031220001", "jRCT2031220001", ""},
		{"JRCTS031180001", "jRCTs031180001", ""},
		{"jRCT203122000", "", ""},
		{"JPRN-UMIN000012345", "UMIN000012345", ""},
		{"JPRN-JapicCTI-142684", "JapicCTI-142684", ""},
		{"JPRN-JMA-IIA00123", "JMA-IIA00123", ""},
		{"ChiCTR1800012345", "ChiCTR1800012345", ""},
		{"chictr-trc-12002345", "ChiCTR-TRC-12002345", ""},
		{"IRCT20120215009014n123", "IRCT20120215009014N123", ""},
		{"CTRI/2018/01/011234", "CTRI/2018/01/011234", ""},
		{"PACTR201501000942231", "PACTR201501000942231", ""},
		{"RBR-6X8TFB", "RBR-6x8tfb", ""},
		{"RBR-abcdef", "", ""},
		{"KCT0001234", "KCT0001234", ""},
		{"TCTR20190101001", "TCTR20190101001", ""},
		{"SLCTR/2010/001", "SLCTR/2010/001", ""},
		{"NTR1234", "NTR1234", ""},
		{"NL1234", "NL1234", ""},
		{"NL-OMON12345", "NL-OMON12345", ""},
		{"PER-012-10", "PER-012-10", ""},
		{"RPCEC00000123", "RPCEC00000123", ""},
		{"LBCTR2019030201", "LBCTR2019030201", ""},
		{"SNCTP000001234", "SNCTP000001234", ""},
		{"U1111-1234-5678", "U1111-1234-5678", ""},
		{"u1111 1234 5678", "U1111-1234-5678", ""},
		{"U1111-0000-0000", "", ""},
		{"U1111-1234-567", "", ""},
		{"R01MH123456", "", ""},
		{"", "", ""},
	} {
		id, ok := Parse(x.in)
		if id.Value != x.value || ok != (x.value != "") {
			t.Errorf("Parse(%q) = %q, %v; want %q", x.in, id.Value, ok, x.value)
		}
		if stem := cmpOr(x.stem, x.value); ok && id.Stem() != stem {
			t.Errorf("stem of %q = %q, want %q", x.in, id.Stem(), stem)
		}
	}
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func values(ids []ID) []string {
	var out []string
	for _, id := range ids {
		out = append(out, id.Value)
	}
	return out
}

func TestFind(t *testing.T) {
	for text, want := range map[string][]string{
		"NCT01234567, NCT 01234568 and nct-01234569 (NCT01234567)": {"NCT01234567", "NCT01234568", "NCT01234569"},
		"doi 10.1186/ISRCTN12345678 (ISRCTN 12345678)":             {"ISRCTN12345678"},
		"EudraCT 2015-004526-33; EU CT 2022-501142-30-00":          {"2015-004526-33", "2022-501142-30-00"},
		"registered as EUCTR2015-004526-33-DE.":                    {"2015-004526-33-DE"},
		"ACTRN12612000123456p, DRKS00012345, UMIN000012345, jRCTs031180001, CTRI/2018/01/011234": {"ACTRN12612000123456", "DRKS00012345",
			"UMIN000012345", "jRCTs031180001", "CTRI/2018/01/011234"},
		"NCT01234567/NCT01234568;NCT01234569_results.pdf":              {"NCT01234567", "NCT01234568", "NCT01234569"},
		"MDMA in PTSD. NCT035370145":                                   nil,
		"in 2015-004526 and NCT0123456 and XNCT01234567 nothing":       nil,
		"NCT01234567a, NCT01234567é, éNCT01234567":                     nil,
		"tel 2015-004526-331, 49-2015-004526-33 and 2015-004526-33-12": nil,
		"the NTR1 receptor, NL1234, PER-01-10":                         nil,
		"UTN: U1111-1234-5678":                                         {"U1111-1234-5678"},
		"2015-004526-33–not a country":                                 {"2015-004526-33"},
		"":                                                             nil,
	} {
		if got := values(Find(text)); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestPlaces: what was found is where it says, and is found again alone.
func TestPlaces(t *testing.T) {
	text := "A – NCT01234567 · EUCTR2015-004526-33-DE and ISRCTN 12345678"
	for _, f := range FindAll(text) {
		if id, ok := Parse(text[f.At:f.End]); !ok || id != f.ID {
			t.Errorf("%q at %d: %v", text[f.At:f.End], f.At, f.ID)
		}
	}
	if n := len(FindAll(text)); n != 3 {
		t.Errorf("%d found", n)
	}
}

// TestOneTrialUnderTwoNames: the ways in which registers name one trial share a
// stem, and neighbours do not.
func TestOneTrialUnderTwoNames(t *testing.T) {
	for _, same := range [][]string{
		{"2018-001718-13", "EUCTR2018-001718-13-GB", "2018-001718-13-DE", "EudraCT: 2018-001718-13"},
		{"CTIS2022-501142-30-00", "2022-501142-30", "2022-501142-30-01", "EU CT 2022-501142-30-02"},
		{"jRCT2031220001", "JPRN-jRCT2031220001"},
		{"ACTRN12612000123456", "ACTRN12612000123456p"},
		{"ISRCTN12345678", "ISRCTN 12345678"},
	} {
		for _, s := range same[1:] {
			if Stem(s) != Stem(same[0]) {
				t.Errorf("%s and %s: %s, %s", same[0], s, Stem(same[0]), Stem(s))
			}
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	seen := map[string]string{}
	for range 5000 {
		a := fmt.Sprintf("20%02d-%06d-%02d", r.IntN(24), r.IntN(520000), r.IntN(100))
		if other, ok := seen[Stem(a)]; ok && other != a {
			t.Fatalf("%s and %s share a stem", a, other)
		}
		seen[Stem(a)] = a
	}
}

func TestRank(t *testing.T) {
	ids := []string{"doi:10.1/x", "DRKS00012345", "2012-003632-23-GB", "2022-501142-30-00", "ISRCTN12345678", "NCT01234567"}
	slices.SortFunc(ids, func(a, b string) int { return Rank(a) - Rank(b) })
	if got := strings.Join(ids, " "); got != "NCT01234567 ISRCTN12345678 2022-501142-30-00 2012-003632-23-GB DRKS00012345 doi:10.1/x" {
		t.Error(got)
	}
}

func TestPapers(t *testing.T) {
	for in, want := range map[string]string{
		"10.1038/S41591-021-01336-3": "10.1038/s41591-021-01336-3", "https://doi.org/10.1000/A(1)b": "10.1000/a(1)b",
		"doi:10.1000/x": "10.1000/x", "http://dx.doi.org/10.1000.10/x": "10.1000.10/x", "DOI: 10.1000/x": "10.1000/x",
		"doi: 10.1000/x y": "", "DOI:10.1002/(sici)1": "10.1002/(sici)1", " 10.1000.5/x ": "10.1000.5/x",
		"http://dx.doi.org/10.1038%2Fs41591": "10.1038/s41591", "https://doi.org/10.1038/s1?via=x#abs": "10.1038/s1",
		"info:doi/10.1000/x": "10.1000/x",
		"<10.1000/x>":        "10.1000/x", "10.1000/x [doi]": "10.1000/x", "(10.1000/x(2)).": "10.1000/x(2)", "10.1000/x;": "10.1000/x",
		"urn:doi:10.1000/x":                "10.1000/x",
		"https://dx.doi.org/doi:10.1000/X": "10.1000/x", "10.1002/(SICI)1<1::AID-X>3.0.CO;2-2": "10.1002/(sici)1<1::aid-x>3.0.co;2-2",
		"10.1000/": "", "10.10/x": "", "11.1000/x": "", "10.1000/x y": "", "": "",
	} {
		if got, ok := DOI(in); got != want || ok != (want != "") {
			t.Errorf("DOI(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"Lancet 2020;1:2. doi: 10.1000/Abc.1.":                "10.1000/abc.1",
		"(see https://doi.org/10.1016/S0140-6736(23)00001-2)": "10.1016/s0140-6736(23)00001-2",
		"doi:10.1000/x. Erratum doi:10.1000/y":                "", // two that differ
		"10.1000/x and again 10.1000/X":                       "10.1000/x",
		"https://doi.org/10.1000/a(b)c, 2020":                 "10.1000/a(b)c", "(doi:10.1000/xyz)": "10.1000/xyz", "10.1000/ x": "",
		"10.123/x": "", "price 10.50/20": "",
		"version 110.1000/x":                                     "",
		"“10.1000/x” <10.1000/x>":                                "10.1000/x",
		"no identifier at 10.5 mg/kg or 10.1234 of the patients": "",
	} {
		if got := OneDOI(in); got != want {
			t.Errorf("OneDOI(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"33972795": "33972795", "PMID: 0033972795": "33972795", "pmid:1": "1", "PMC123": "", "0": "",
		"": ""} {
		if got, ok := PMID(in); got != want || ok != (want != "") {
			t.Errorf("PMID(%q) = %q, want %q", in, got, want)
		}
	}
	if got := FindPMIDs("PMID 33972795; https://pubmed.ncbi.nlm.nih.gov/123/"); len(got) != 2 || got[0].Value != "33972795" ||
		got[1].Value != "123" {
		t.Errorf("%v", got)
	}
}

// FuzzFind: what was found reads back as itself, stems are stable and places
// lie within the text.
func FuzzFind(f *testing.F) {
	f.Add("NCT01234567 ISRCTN 12345678 2015-004526-33-GB U1111-1234-5678 10.1000/x")
	f.Add("JPRN-jRCTs031180001 ChiCTR-TRC-12002345 RBR-6x8tfb CTRI/2018/01/011234")
	f.Fuzz(func(t *testing.T, s string) {
		for _, x := range FindAll(s) {
			if again, ok := Parse(x.Value); !ok || again != x.ID {
				t.Fatalf("%q gives %v", x.Value, again)
			}
			if x.At < 0 || x.End > len(s) || x.At >= x.End || Stem(x.ID.Stem()) != x.ID.Stem() {
				t.Fatalf("%q: %+v", s, x)
			}
		}
		for _, d := range FindDOIs(s) {
			if again, ok := DOI(d.Value); !ok || again != d.Value {
				t.Fatalf("%q is no DOI", d.Value)
			}
		}
	})
}
