package publish

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os/exec"
	"past/internal/edition"
	"past/internal/evidence"
	"past/internal/needtest"
	"past/internal/store"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestFeedsAreWellFormedAndTheSame(t *testing.T) {
	doc := edition.Document{ID: "e-2", Date: "2025-02-01", Findings: []edition.Flat{{ID: "q", Title: "A & B"}}}
	rapid.Check(t, func(t *rapid.T) {
		var list []store.Change
		for i := range rapid.IntRange(0, 5).Draw(t, "n") {
			list = append(list, store.Change{ID: fmt.Sprint("c-", i), Edition: "e-2", Kind: "study-in", Subject: "q",
				Title:  rapid.String().Draw(t, "title"),
				Before: rapid.String().Draw(t, "before"), Cause: string(rapid.SliceOf(rapid.Byte()).Draw(t, "cause"))})
		}
		one, two := Feeds(doc, list, "https://a.example/"), Feeds(doc, list, "https://a.example/")
		for name, b := range one {
			if string(b) != string(two[name]) {
				t.Fatalf("%s differs", name)
			}
			if strings.HasSuffix(name, ".atom") {
				var f struct {
					Entries []struct {
						ID string `xml:"id"`
					} `xml:"entry"`
				}
				if err := xml.Unmarshal(b, &f); err != nil || len(f.Entries) != len(list) {
					t.Fatalf("%s: %v\n%s", name, err, b)
				}
			} else if !json.Valid(b) {
				t.Fatalf("%s is no JSON", name)
			}
		}
	})
}

func TestEditionFoldersStayInside(t *testing.T) {
	for _, id := range []string{"", ".", "..", "../x", "a/b", `a\b`, "/etc", "c:x"} {
		if dir, err := EditionDir("out", id); err == nil {
			t.Errorf("%q gives %s", id, dir)
		}
	}
}

// TestFeedsKeepTheRules compares feeds with RFC 4287 and JSON Feed 1.1, and
// with what readers rely on: an entry keeps its id and its date from edition
// to edition, and the feed's own date never goes back.
func TestFeedsKeepTheRules(t *testing.T) {
	doc := edition.Document{ID: "e-1", Date: "2025-01-31", Findings: []edition.Flat{{ID: "q", Title: "A & B <i>"}},
		Claims: []evidence.ClaimVerdict{{ID: "C1", Text: "It helps"}}}
	var all []store.Change
	dates := map[string]string{}
	last := ""
	for n := range 4 {
		doc.ID, doc.Date = fmt.Sprint("e-", n), fmt.Sprintf("2025-0%d-28", n+1)
		at, _ := time.Parse(time.DateOnly, doc.Date)
		for i := range 3 {
			all = append(all, store.Change{ID: fmt.Sprintf("c-%d-%d", n, i), Edition: doc.ID, At: at, Kind: "study-in", Subject: "q",
				Title: "x & y", After: "z", Cause: "w",
				Detail: []byte(`{"findings":["q"],"claims":["C1"]}`)})
		}
		files := Feeds(doc, all, "https://a.example/")
		for _, name := range []string{"feed", "feeds/finding-q", "feeds/claim-C1"} {
			for _, ext := range []string{".atom", ".json"} {
				if !strings.Contains(string(files[name+ext]), "Data to "+doc.Date+". Entries are dated by") {
					t.Errorf("%s%s does not say what its dates are", name, ext)
				}
			}
			type link struct {
				Rel  string `xml:"rel,attr"`
				Href string `xml:"href,attr"`
			}
			var f struct {
				XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
				ID      string   `xml:"id"`
				Title   string   `xml:"title"`
				Updated string   `xml:"updated"`
				Author  []string `xml:"author>name"`
				Links   []link   `xml:"link"`
				Entries []struct {
					ID    string `xml:"id"`
					Links []link `xml:"link"`
				} `xml:"entry"`
			}
			if err := xml.Unmarshal(files[name+".atom"], &f); err != nil || f.ID == "" || f.Title == "" || len(f.Author) != 1 {
				t.Fatalf("%s: %v %+v", name, err, f)
			}
			if f.Updated < last {
				t.Errorf("%s went back to %s", name, f.Updated)
			}
			if !slices.Contains(f.Links, link{"self", "https://a.example/current/" + name + ".atom"}) {
				t.Errorf("%s: %v", name, f.Links)
			}
			var j struct {
				Version, Title string
				Feed           string `json:"feed_url"`
				Items          []struct {
					ID, Title string
					Text      string `json:"content_text"`
					Date      string `json:"date_published"`
				}
			}
			if err := json.Unmarshal(files[name+".json"], &j); err != nil || j.Version != "https://jsonfeed.org/version/1.1" || j.Title == "" ||
				j.Feed != "https://a.example/current/"+name+".json" ||
				len(j.Items) != len(all) {
				t.Fatalf("%s: %v %+v", name, err, j)
			}
			seen := map[string]bool{}
			for i, item := range j.Items {
				if seen[item.ID] || item.Text == "" || item.Title == "" {
					t.Errorf("%s: item %+v", name, item)
				}
				seen[item.ID] = true
				if was, ok := dates[item.ID]; ok && was != item.Date {
					t.Errorf("%s moved from %s to %s", item.ID, was, item.Date)
				}
				dates[item.ID] = item.Date
				if i > 0 && item.Date > j.Items[i-1].Date {
					t.Errorf("%s: not newest first", name)
				}
				if _, err := time.Parse(time.RFC3339, item.Date); err != nil {
					t.Error(err)
				}
			}
			if len(f.Entries) != len(all) || len(f.Entries[0].Links) != 1 {
				t.Errorf("%s: %d entries", name, len(f.Entries))
			}
			last = max(last, f.Updated)
		}
	}
	t.Run("xmllint", func(t *testing.T) { // by another program
		cmd := exec.Command(needtest.Program(t, "xmllint"), "--noout", "--nonet", "-")
		cmd.Stdin = strings.NewReader(string(Feeds(doc, all, "https://a.example/")["feed.atom"]))
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("xmllint: %v %s", err, text)
		}
	})
}
