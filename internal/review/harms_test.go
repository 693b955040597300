package review

import (
	"strings"
	"testing"

	"past/internal/vocab"
)

// A table of harms has the checks of an extraction table: a share is no number of
// people, more affected than counted cannot be, words and columns are known.
func TestHarmTablesAreChecked(t *testing.T) {
	const head = "study,substance,arm,n,unit,term,affected\n"
	for _, c := range []struct{ table, said string }{
		{head + "Ash 2000,sertraline,a,94,people,Nausea,12%\n", `column affected: "12%" is a share`},
		{head + "Ash 2000,sertraline,a,94,people,Dry mouth,200\n", "200 affected of 94 cannot be"},
		{head + "Ash 2000,psilocybin,a,94,persons,Nausea,12\n", `column unit: "persons" is none of people, sessions`},
		{head + "Ash 2000,psilocybn,a,94,people,Nausea,12\n", `column substance: "psilocybn" is none of the substances; the nearest: psilocybin`},
		{strings.Replace(head, "affected", "afected", 1) + "Ash 2000,psilocybin,a,94,people,Nausea,12\n",
			`"afected" is not read; is it "affected"?`},
		{head + "Ash 2000,psilocybin,a,94,people,Nausea,12\n", ""},
	} {
		rows, problems, err := ReadHarms("harms.csv", []byte(c.table), "")
		if err != nil {
			t.Fatal(err)
		}
		f := Folder{Harms: rows, Problems: problems}
		f.CheckWords(vocab.Default())
		var said []string
		for _, p := range f.Problems {
			said = append(said, p.Where+": "+p.Message)
		}
		if got := strings.Join(said, "\n"); c.said == "" && got != "" || !strings.Contains(got, c.said) {
			t.Errorf("%s\nsaid %q, want %q", c.table, got, c.said)
		}
	}
}
