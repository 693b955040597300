package mention

import (
	"slices"
	"testing"
)

func TestIDs(t *testing.T) {
	for text, want := range map[string][]string{
		"NCT01234567, NCT 01234568 and nct-01234569":                                            {"NCT01234567", "NCT01234568", "NCT01234569"},
		"doi 10.1186/ISRCTN12345678 (ISRCTN 12345678)":                                          {"ISRCTN12345678"},
		"EudraCT 2015-004526-33; EU CT 2022-501142-30-00":                                       {"2015-004526-33", "2022-501142-30-00"},
		"ACTRN12612000123456, DRKS00012345, UMIN000012345, jRCTs031180001, CTRI/2018/01/011234": {"ACTRN12612000123456", "DRKS00012345", "UMIN000012345", "jRCTs031180001", "CTRI/2018/01/011234"},
		"in 2015-004526 and NCT0123456 and XNCT01234567 nothing":                                nil,
		"tel 2015-004526-331": nil,
		"":                    nil,
	} {
		if got := IDs(text); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func FuzzIDs(f *testing.F) {
	f.Add("NCT01234567 ISRCTN 12345678 2015-004526-33")
	f.Fuzz(func(t *testing.T, s string) {
		for _, id := range IDs(s) {
			// What was found is found again in its own spelling.
			if again := IDs(id); len(again) != 1 || again[0] != id {
				t.Fatalf("%q gives %q", id, again)
			}
		}
	})
}
