package vocab

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"past/internal/recordedtest"
)

// labelled is an abstract with the labels people gave it.
type labelled struct {
	ID         string   `json:"id"`
	Text       string   `json:"text"`
	Substances []string `json:"substances"`
	Conditions []string `json:"conditions"`
}

// tally counts agreement with labels.
type tally struct{ tp, fp, fn int }

func (c tally) f1() float64 {
	if c.tp == 0 {
		return 0
	}
	return 2 * float64(c.tp) / float64(2*c.tp+c.fp+c.fn)
}

func (c tally) add(want, got bool) tally {
	switch {
	case want && got:
		c.tp++
	case got:
		c.fp++
	case want:
		c.fn++
	}
	return c
}

func readLabelled(t *testing.T, path string) []labelled {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []labelled
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<22)
	for sc.Scan() {
		var d labelled
		if err := json.Unmarshal(sc.Bytes(), &d); err != nil {
			t.Fatal(err)
		}
		all = append(all, d)
	}
	if err := sc.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestLabelledAbstracts scores "vocab match" against the human labels, in whole
// and in five folds, so that one lucky part does not carry the figure.
func TestLabelledAbstracts(t *testing.T) {
	docs := readLabelled(t, recordedtest.Path(t, "vocab", "abstracts_dev.ndjson"))
	var in, out bytes.Buffer
	enc := json.NewEncoder(&in)
	for _, d := range docs {
		if err := enc.Encode(map[string]string{"id": d.ID, "text": d.Text}); err != nil {
			t.Fatal(err)
		}
	}
	counts, err := MatchNDJSON(&in, &out)
	if err != nil || len(counts.Bad) > 0 || counts.Matched != len(docs) {
		t.Fatalf("matched %d of %d, bad %v, %v", counts.Matched, len(docs), counts.Bad, err)
	}
	scores := map[string]tally{}
	folds := map[string][5]tally{}
	sc := bufio.NewScanner(&out)
	sc.Buffer(nil, 1<<22)
	for i := 0; sc.Scan(); i++ {
		var got labelled
		if err := json.Unmarshal(sc.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		d := docs[i]
		if got.ID != d.ID {
			t.Fatalf("answer %d is for %s, want %s", i, got.ID, d.ID)
		}
		score := func(kind string, labels, want, have []string) {
			for _, l := range labels {
				w, g := slices.Contains(want, l), slices.Contains(have, l)
				scores[l] = scores[l].add(w, g)
				scores[kind] = scores[kind].add(w, g)
				f := folds[kind]
				f[i%5] = f[i%5].add(w, g)
				folds[kind] = f
				if w != g {
					title, _, _ := strings.Cut(d.Text, "\n")
					t.Logf("%s %s: labelled %v, found %v: %s", d.ID, l, w, g, title)
				}
			}
		}
		score("substances", []string{"ketamine", "lsd", "mdma", "psilocybin"}, d.Substances, got.Substances)
		score("conditions", []string{"anxiety", "depression", "ptsd"}, d.Conditions, got.Conditions)
	}
	for _, k := range sortedKeys(scores) {
		line := fmt.Sprintf("%-11s tp %3d fp %2d fn %2d F1 %.3f", k, scores[k].tp, scores[k].fp, scores[k].fn, scores[k].f1())
		if f, ok := folds[k]; ok {
			line += "  folds"
			for _, x := range f {
				line += fmt.Sprintf(" %.3f", x.f1())
			}
		}
		t.Log(line)
	}
	if f := scores["substances"].f1(); f < 0.98 {
		t.Errorf("substances: F1 %.3f, want 0.98", f)
	}
	if f := scores["conditions"].f1(); f < 0.93 {
		t.Errorf("conditions: F1 %.3f, want 0.93", f)
	}
}

func BenchmarkClassify(b *testing.B) {
	v := Default()
	text := "Effects of psilocybin in treatment-resistant depression: a randomized trial.\n" + strings.Repeat(
		"BACKGROUND: Depression is common, and psilocybin has shown promise in patients with anxiety and PTSD. METHODS: We "+
			"randomized 40 adults with major depressive disorder to 25 mg or 1 mg; the Montgomery-Asberg Depression Rating Scale was "+
			"the primary outcome. ", 6)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		v.ClassifyText(text)
	}
}
