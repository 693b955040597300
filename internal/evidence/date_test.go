package evidence

import "testing"

func TestDateBounds(t *testing.T) {
	for in, p := range map[string]Precision{"2024-05": YearMonth, "2024": YearOnly, "2024-05-31": FullDate,
		"2024-05-31T08:00:00.000Z": FullDate, "": NoDate, "May 2024": NoDate, "2024-13": NoDate} {
		if _, _, got := (DateStruct{Raw: in}).Bounds(); got != p {
			t.Errorf("Bounds(%q) precision %v, want %v", in, got, p)
		}
	}
	first, last, _ := (DateStruct{Raw: "2024-02"}).Bounds()
	if first.Day() != 1 || last.Day() != 29 {
		t.Errorf("2024-02 spans %v to %v", first, last)
	}
}
