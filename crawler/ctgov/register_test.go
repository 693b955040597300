package ctgov

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"past/crawler"
	"past/crawler/sourcetest"
)

// study writes the synthetic study as the nth one, in a version.
func study(t testing.TB, n, version int, updated time.Time) string {
	s := compact(t, n)
	s = strings.Replace(s, `"acronym":"SYN"`, fmt.Sprintf(`"acronym":"SYN v%d"`, version), 1)
	if !updated.IsZero() {
		s = strings.Replace(s, `"2024-02-22"`, strconv.Quote(updated.Format(time.DateOnly)), 1)
	}
	return s
}

func entry(t testing.TB) func(n, version int) sourcetest.Entry {
	return func(n, version int) sourcetest.Entry {
		return sourcetest.Entry{ID: fmt.Sprintf("NCT9990%04d", n), Words: "MDMA PTSD",
			Body: []byte(study(t, n, version, time.Time{}))}
	}
}

func reply(rw http.ResponseWriter, v any) {
	rw.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(rw).Encode(v)
}

var question = crawler.QuestionSet{
	Substances: []crawler.Concept{{ID: "mdma", Terms: []string{"MDMA", "midomafetamine", "3,4-methylenedioxymethamphetamine"}}},
	Conditions: []crawler.Concept{{ID: "ptsd", Terms: []string{"PTSD", "post-traumatic stress disorder"}},
		{ID: "anxiety", Terms: []string{"anxiety"}}},
}

func TestConformance(t *testing.T) {
	src := New()
	src.Size, src.Weight = 4, 0
	sourcetest.Run(t, sourcetest.Subject{Source: src, Question: question, Entry: entry(t), Probe: "/version", PerPage: 4})
}
