package text

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func words(text string) string {
	var w []string
	for _, t := range Fold(text) {
		w = append(w, t.Text)
	}
	return strings.Join(w, " ")
}

func TestFold(t *testing.T) {
	for text, want := range map[string]string{
		"PCL5 PCL-5 PCL 5":         "pcl 5 pcl 5 pcl 5",
		"Beck's, Beck’s":           "beck beck",
		"naïve Åsberg":             "naive asberg",
		"0.5 mg; 1,234; 17,21":     "0.5 mg 1234 17 21",
		"behaviour generalised":    "behavior generalized",
		"anaesthesia":              "anesthesia",
		"µg μg":                    "ug ug",
		"β-carboline Δ9":           "beta carboline delta 9",
		"M.D.M.A. A.Lee U.S. data": "mdma a lee us data",
		"½ cup 5㎎ 3㎡ x²":           "cup 5 mg 3 x 2",
		"H<sub>2</sub>O":           "h 2 o",
		"":                         "",
		"\xff\xfeMDMA\xff":         "mdma",
		"«»…":                      "",
	} {
		if got := words(text); got != want {
			t.Errorf("Fold(%q) = %q, want %q", text, got, want)
		}
	}
}

// Folding keeps offsets in order and inside the text, whatever the text.
func TestFoldOffsets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`([A-Za-z]{1,4}[-. ,'0-9<>/]{0,3}){0,12}`)).Draw(t, "text")
		last := 0
		for _, tok := range Fold(text) {
			if tok.Start < last || tok.End <= tok.Start || tok.End > len(text) || tok.Text == "" {
				t.Fatalf("Token %+v after %d in %q", tok, last, text)
			}
			if utf8.ValidString(text) && !utf8.ValidString(text[tok.Start:tok.End]) {
				t.Fatalf("Token %+v cuts a character of %q", tok, text)
			}
			last = tok.End
		}
	})
}
