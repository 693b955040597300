package vocab

import (
	"slices"
	"testing"
)

// TestDoubtfulDoses: a dose that cannot be meant takes those beside it in its unit
// with it, wherever the texts state them.
func TestDoubtfulDoses(t *testing.T) {
	for _, c := range []struct {
		substance string
		texts     []string
		want      []string
	}{
		{"psilocybin", []string{"22 mg/kg", "1 mg/kg"}, []string{"22 mg/kg", "1 mg/kg"}},
		{"psilocybin", []string{"Psilocybin 22 mg/kg", "Drug: Psilocybin"}, []string{"22 mg/kg"}},
		{"psilocybin", []string{"22 mg/70 kg", "1 mg/70 kg"}, nil},
		{"psilocybin", []string{"0.3 mg/kg", "niacin 250 mg"}, nil},
		{"psilocybin", []string{"0.3 mg/kg", "niacin 20 mg/kg"}, nil},
		{"mdma", []string{"125 mg per kg of body weight"}, []string{"125 mg per kg"}},
		{"lsd", []string{"2 ug/kg"}, nil}, {"lsd", []string{"200 µg/kg"}, []string{"200 µg/kg"}},
		{"ketamine", []string{"0.5 mg/kg infusion"}, nil}, {"esketamine", []string{"56 mg/kg"}, []string{"56 mg/kg"}},
		{"sertraline", []string{"200 mg/kg"}, nil},
	} {
		if got := Default().DoubtfulDoses(c.substance, c.texts...); !slices.Equal(got, c.want) {
			t.Errorf("%s %q: %q, want %q", c.substance, c.texts, got, c.want)
		}
	}
}
