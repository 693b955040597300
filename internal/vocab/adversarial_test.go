package vocab

import (
	"slices"
	"strings"
	"testing"
)

// TestAdversarialAbstracts runs abstracts written for this test: look-alikes,
// lists of conditions, exclusions, healthy volunteers, registered records.
func TestAdversarialAbstracts(t *testing.T) {
	v := Default()
	for _, d := range readLabelled(t, "testdata/abstracts.ndjson") {
		c := v.ClassifyText(d.Text)
		var subst, cond []string
		for _, s := range c.AboutSubstances() {
			if v.bySubstance[s].Core {
				subst = append(subst, s)
			}
		}
		for _, s := range c.AboutConditions() {
			if s == "depression" || s == "anxiety" || s == "ptsd" {
				cond = append(cond, s)
			}
		}
		if !slices.Equal(subst, d.Substances) {
			t.Errorf("%s: substances %v, want %v\n%v", d.ID, subst, d.Substances, reasons(c.Substances))
		}
		if !slices.Equal(cond, d.Conditions) {
			t.Errorf("%s: conditions %v, want %v\n%v", d.ID, cond, d.Conditions, reasons(c.Conditions))
		}
	}
}

func reasons(list []Subject) string {
	var b strings.Builder
	for _, s := range list {
		b.WriteString("  " + s.ID + ": " + strings.Join(s.Reasons, " | ") + "\n")
	}
	return b.String()
}

// Titles in other languages name the disorder in full.
func TestPTSDInOtherLanguages(t *testing.T) {
	for _, title := range []string{"MDMA-unterstützte Psychotherapie bei posttraumatischer Belastungsstörung",
		"MDMA pour le trouble de stress post-traumatique", "MDMA para el trastorno de estrés postraumático"} {
		m := Default().Match(title)
		if ids := m.Conditions; len(ids) != 1 || ids[0].ID != "ptsd" {
			t.Errorf("%s: %v", title, ids)
		}
	}
}
