package openalex

import (
	"cmp"
	_ "embed"
	"slices"
	"strconv"
	"strings"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/drift"
	"past/crawler/jsontree"
	"past/crawler/xmltree"
	"past/internal/evidence"
	"past/internal/ident"
)

//go:embed outline.txt
var outlineText string

var outline = drift.New(outlineText)

// said are the fields by which a work changes for a reader. Counts, topics and
// copies are computed again with each release of the data.
var said = []string{"doi", "title", "display_name", "type", "language", "publication_date", "publication_year", "biblio", "ids",
	"abstract_inverted_index", "is_retracted", "mesh", "authorships", "primary_location"}

func read(n *jsontree.Node, doi string, at evidence.Provenance) evidence.Record {
	str := func(keys ...string) string { return n.At(keys...).Scalar() }
	pub := &evidence.Publication{
		DOI: doi, Title: xmltree.Plain(cmp.Or(str("title"), str("display_name"))), Language: str("language"),
		Journal: xmltree.Plain(cmp.Or(str("primary_location", "source", "display_name"), str("primary_location", "raw_source_name"))),
		Volume:  str("biblio", "volume"), Issue: str("biblio", "issue"), Pages: pages(str("biblio", "first_page"), str("biblio", "last_page")),
		Published: published(n), Preprint: str("type") == "preprint", PMCID: pmcid(str("ids", "pmcid")),
	}
	pub.PMID, _ = ident.PMID(last(str("ids", "pmid")))
	if t := str("type"); t != "" {
		pub.Types = append(pub.Types, t)
	}
	rec := evidence.Record{ID: "doi:" + doi, Source: SourceName, Kind: evidence.KindPublication, Prov: at, Publication: pub,
		URL: str("id"), Title: pub.Title}
	problem := func(where, message string) {
		rec.Problems = append(rec.Problems, evidence.Problem{Source: SourceName, RecordID: rec.ID, Kind: crawler.KindBadValue,
			Where: at.Pointer + where, Message: message, SHA256: at.PayloadSHA256})
	}
	const index = "/abstract_inverted_index"
	var ok bool
	if pub.Abstract, ok = abstract(n.Get(index[1:])); !ok {
		problem(index, "the index of the abstract's words cannot be put in order")
	}
	if pub.Title == "" {
		problem("/title", "the work has no title")
	}
	rec.Summary = pub.Abstract
	pub.Authors = authors(n.Get("authorships").Items())
	mesh := n.Get("mesh").Items()
	var headings answer.Once
	for i := range mesh {
		if t := mesh[i].Get("descriptor_name").Scalar(); headings.First(t) {
			rec.MeshTerms = append(rec.MeshTerms, t)
		}
	}
	titled := "/title"
	if str("title") == "" {
		titled = "/display_name"
	}
	pub.TrialIDs = answer.Mentions(pub.TrialIDs, pub.Title, "title", at.Pointer+titled)
	pub.TrialIDs = answer.Mentions(pub.TrialIDs, pub.Abstract, "abstract", at.Pointer+index)
	rec.Unknown = outline.JSON(n)
	rec.ContentHash = answer.Sum(jsontree.Canonical(nil, n, func(path []string) bool {
		switch {
		case len(path) == 1:
			return !slices.Contains(said, path[0])
		case path[0] == "authorships":
			return len(path) == 2 && path[1] != "raw_author_name" && path[1] != "author" || len(path) == 3 && path[2] != "display_name"
		case path[0] == "primary_location":
			return path[1] != "source" && path[1] != "raw_source_name" || len(path) == 3 && path[2] != "display_name"
		}
		return false
	}))
	return rec
}

// last is what follows the last slash of an address.
func last(s string) string { return s[strings.LastIndex(s, "/")+1:] }

func pmcid(s string) string {
	if s = last(strings.TrimRight(s, "/")); s == "" {
		return ""
	}
	return "PMC" + strings.TrimPrefix(strings.ToUpper(s), "PMC")
}

func pages(first, last string) string {
	if first == "" || last == "" || first == last {
		return cmp.Or(first, last)
	}
	return first + "-" + last
}

// published is the day, or the year alone where the day is the first of a year:
// the service puts it where it knows the year only.
func published(n *jsontree.Node) string {
	day, year := n.Get("publication_date").Scalar(), n.Get("publication_year").Scalar()
	if y, ok := strings.CutSuffix(day, "-01-01"); ok || day == "" {
		return cmp.Or(y, year)
	}
	return day
}

// longest bounds the words of an abstract.
const longest = 20_000

// abstract puts the words of an index in their order. ok is false where it cannot.
func abstract(index *jsontree.Node) (text string, ok bool) {
	if index.Kind == jsontree.Absent || index.Kind == jsontree.Null {
		return "", true
	}
	if index.Kind != jsontree.Object {
		return "", false
	}
	words := map[int]string{}
	for i := range index.Kids {
		word := &index.Kids[i]
		for _, at := range word.Items() {
			place, err := strconv.Atoi(at.Scalar())
			if _, taken := words[place]; err != nil || taken || place < 0 || place >= longest {
				return "", false
			}
			words[place] = word.Key
		}
	}
	in := make([]string, len(words))
	for place, word := range words {
		if place >= len(in) {
			return "", false // words are missing
		}
		in[place] = word
	}
	return xmltree.Plain(strings.Join(in, " ")), true
}

func authors(list []jsontree.Node) []evidence.Author {
	var out []evidence.Author
	for i := range list {
		name := xmltree.Plain(cmp.Or(list[i].Get("raw_author_name").Scalar(), list[i].At("author", "display_name").Scalar()))
		if a := author(name); a != (evidence.Author{}) {
			out = append(out, a)
		}
	}
	return out
}

// author parts a name: the family's is what precedes a comma, or the last
// word with the particles before it.
func author(name string) evidence.Author {
	if family, given, ok := strings.Cut(name, ","); ok {
		return evidence.Author{Family: strings.TrimSpace(family), Given: strings.TrimSpace(given)}
	}
	words := strings.Fields(name)
	if len(words) == 0 {
		return evidence.Author{}
	}
	i := len(words) - 1
	for i > 1 && len(words[i-1]) <= 4 && strings.ToLower(words[i-1]) == words[i-1] {
		i--
	}
	return evidence.Author{Family: strings.Join(words[i:], " "), Given: strings.Join(words[:i], " ")}
}
