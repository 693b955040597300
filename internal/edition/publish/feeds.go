package publish

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"time"

	"past/internal/edition"
	"past/internal/edition/changes"
	"past/internal/store"
	"past/internal/text"
)

// feedLength is how many changes a feed holds, newest first.
const feedLength = 200

// Feeds writes the Atom (RFC 4287) and JSON Feed 1.1 feeds of an edition: one
// of everything and one per finding and claim, as files by their path in the
// edition's folder. all are the changes of all editions, oldest first; base is
// the public address of the published folder, or "". The bytes depend on
// nothing else.
func Feeds(doc edition.Document, all []store.Change, base string) map[string][]byte {
	out := map[string][]byte{}
	put := func(name, id, title string, want func(store.Change) bool) {
		var list []store.Change
		for _, c := range slices.Backward(all) {
			if want(c) && len(list) < feedLength {
				list = append(list, c)
			}
		}
		f := feed{doc: doc, base: strings.TrimRight(base, "/"), name: name, id: id, title: title, list: list}
		out[name+".atom"], out[name+".json"] = f.atom(), f.json()
	}
	put("feed", "all", "PAST evidence tracker: what changed", func(store.Change) bool { return true })
	for _, x := range doc.Findings {
		put("feeds/finding-"+fileName(x.ID), "finding:"+x.ID, "What changed: "+x.Title, func(c store.Change) bool {
			return c.Subject == x.ID || slices.Contains(changes.ReadDetail(c).Findings, x.ID)
		})
	}
	for _, x := range doc.Claims {
		put("feeds/claim-"+fileName(x.ID), "claim:"+x.ID, "What changed: "+x.Text, func(c store.Change) bool {
			return c.Subject == x.ID || slices.Contains(changes.ReadDetail(c).Claims, x.ID)
		})
	}
	return out
}

var notFile = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

func fileName(id string) string { return strings.Trim(notFile.ReplaceAllString(id, "-"), ".-") }

type feed struct {
	doc             edition.Document
	base            string
	name, id, title string
	list            []store.Change
}

func (f feed) link(c store.Change) string {
	if f.base == "" {
		return ""
	}
	return f.base + "/" + EditionsDir + "/" + c.Edition + "/changes.html"
}

// date is the feed's own date: that of the edition's data.
func (f feed) date() time.Time {
	at, _ := time.Parse(time.DateOnly, f.doc.Date)
	for _, c := range f.list {
		if c.At.After(at) {
			at = c.At
		}
	}
	return at.UTC()
}

// dating says what the dates of the feed are: an edition's bytes do not depend on
// the clock, so it has no day of publication.
func (f feed) dating() string {
	if f.doc.Date == "" {
		return ""
	}
	return "Data to " + f.doc.Date + ". Entries are dated by the last day of their edition's data, not by the day of publication."
}

type atomLink struct {
	Rel  string `xml:"rel,attr,omitempty"`
	Href string `xml:"href,attr"`
	Type string `xml:"type,attr,omitempty"`
}

type atomText struct {
	Type string `xml:"type,attr"`
	Text string `xml:",chardata"`
}

type atomEntry struct {
	ID       string         `xml:"id"`
	Title    string         `xml:"title"`
	Updated  string         `xml:"updated"`
	Links    []atomLink     `xml:"link"`
	Category []atomCategory `xml:"category"`
	Content  atomText       `xml:"content"`
}

type atomCategory struct {
	Term string `xml:"term,attr"`
}

func (f feed) atom() []byte {
	type author struct {
		Name string `xml:"name"`
	}
	type document struct {
		XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		ID      string      `xml:"id"`
		Title   string      `xml:"title"`
		About   string      `xml:"subtitle,omitempty"`
		Updated string      `xml:"updated"`
		Author  author      `xml:"author"`
		Links   []atomLink  `xml:"link"`
		Entries []atomEntry `xml:"entry"`
	}
	d := document{ID: "urn:past:feed:" + f.id, Title: text.Printable(f.title), About: f.dating(), Updated: f.date().Format(time.RFC3339),
		Author: author{"PAST evidence tracker"}}
	if f.base != "" {
		d.Links = []atomLink{{Rel: "self", Href: f.base + "/current/" + f.name + ".atom", Type: "application/atom+xml"},
			{Rel: "alternate", Href: f.base + "/current/changes.html", Type: "text/html"}}
	}
	for _, c := range f.list {
		e := atomEntry{ID: "urn:past:change:" + c.ID, Title: changes.Headline(c), Updated: c.At.UTC().Format(time.RFC3339),
			Category: []atomCategory{{c.Kind}},
			Content:  atomText{"html", "<p>" + html.EscapeString(changes.Sentences(c)) + "</p><p>Edition " + html.EscapeString(c.Edition) + "</p>"}}
		if l := f.link(c); l != "" {
			e.Links = []atomLink{{Rel: "alternate", Href: l, Type: "text/html"}}
		}
		d.Entries = append(d.Entries, e)
	}
	b, err := xml.MarshalIndent(d, "", " ")
	if err != nil {
		// Strings and fixed types only: it cannot fail, and must not be silent.
		return fmt.Appendf(nil, "<!-- %s -->", err)
	}
	return append([]byte(xml.Header), append(b, '\n')...)
}

func (f feed) json() []byte {
	type item struct {
		ID      string       `json:"id"`
		URL     string       `json:"url,omitempty"`
		Title   string       `json:"title"`
		Content string       `json:"content_text"`
		Date    string       `json:"date_published"`
		Tags    []string     `json:"tags"`
		Past    store.Change `json:"_past"`
	}
	d := struct {
		Version string              `json:"version"`
		Title   string              `json:"title"`
		About   string              `json:"description,omitempty"`
		Home    string              `json:"home_page_url,omitempty"`
		Feed    string              `json:"feed_url,omitempty"`
		Authors []map[string]string `json:"authors"`
		Items   []item              `json:"items"`
	}{Version: "https://jsonfeed.org/version/1.1", Title: text.Printable(f.title), About: f.dating(),
		Authors: []map[string]string{{"name": "PAST evidence tracker"}}, Items: []item{}}
	if f.base != "" {
		d.Home, d.Feed = f.base+"/current/index.html", f.base+"/current/"+f.name+".json"
	}
	for _, c := range f.list {
		d.Items = append(d.Items, item{ID: "urn:past:change:" + c.ID, URL: f.link(c), Title: changes.Headline(c), Content: changes.Sentences(c),
			Date: c.At.UTC().Format(time.RFC3339),
			Tags: []string{c.Kind}, Past: c})
	}
	b, err := json.MarshalIndent(d, "", " ")
	if err != nil {
		b, _ = json.Marshal(map[string]string{"error": err.Error()})
	}
	return append(b, '\n')
}
