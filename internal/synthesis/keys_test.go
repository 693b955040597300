package synthesis

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// yamlNames are the keys that the reader of questions takes.
func yamlNames(t reflect.Type, prefix string) []string {
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	var out []string
	for i := range t.NumField() {
		f := t.Field(i)
		if name := f.Tag.Get("yaml"); name != "" && name != "-" {
			out = append(append(out, prefix+name), yamlNames(f.Type, prefix+name+".")...)
		}
	}
	return out
}

// The list of keys for people is the reader's, and each word of a closed list is one
// that the check takes.
func TestQuestionKeysAreTheReaders(t *testing.T) {
	var listed []string
	for _, k := range QuestionKeys() {
		listed = append(listed, k.Name)
		if k.Meaning == "" {
			t.Errorf("%s has no meaning", k.Name)
		}
	}
	taken := yamlNames(reflect.TypeFor[Question](), "")
	slices.Sort(listed)
	slices.Sort(taken)
	if !slices.Equal(listed, taken) {
		t.Errorf("listed for people and not read, or read and not listed:\n%v\n%v", listed, taken)
	}
	for key := range questionWords {
		if !slices.Contains(listed, key) {
			t.Errorf("words of %s, which is no key", key)
		}
	}
}

// A word that no list has is refused by the key's name, for every closed list.
func TestClosedListsAreChecked(t *testing.T) {
	for key, words := range questionWords {
		for _, word := range append(slices.Clone(words), "nonsense") {
			value := word
			if slices.Contains([]string{"scores", "subgroups", "moderators", "sensitivity"}, key) {
				value = "[" + word + "]"
			}
			line := key + ": " + value
			if outer, inner, ok := strings.Cut(key, "."); ok {
				line = outer + ": {" + inner + ": " + word + ", target_weeks: 4}"
				if outer == "indirectness" {
					line = outer + ": [{" + inner + ": " + word + ", share: 0.5, reason: x}]"
				}
			}
			measure := "measure: SMD"
			if slices.Contains([]string{"response", "remission", "events"}, word) {
				measure = "measure: RR"
			}
			if word == "events" { // whether fewer of them are better has to be said
				measure += "\n  lower_is_better: true"
			}
			switch {
			case key == "measure" && word == "MD":
				line += "\n  instruments: [caps-5]\n  instruments_only: true"
				measure = ""
			case key == "measure":
				measure = ""
				if word == "RR" || word == "OR" || word == "RD" {
					measure = "scores: [response]"
				}
			}
			text := "- id: q\n  title: x\n  substances: [mdma]\n  comparators: [inactive-placebo]\n  domain: ptsd\n  intervention: x\n" +
				"  outcome: x\n  " + line + "\n  " + measure + "\n"
			_, err := Load("q.yaml", []byte(text))
			if (err != nil) != (word == "nonsense") || err != nil && !strings.Contains(err.Error(), key) {
				t.Errorf("%s: %v", line, err)
			}
		}
	}
}
