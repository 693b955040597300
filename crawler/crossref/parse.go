package crossref

import (
	"bytes"
	_ "embed"
	"fmt"
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

// Recognise reports whether a file is a saved answer about works, or works taken out
// of one, by its beginning. No other source writes the key DOI in capitals.
func Recognise(_ string, head []byte) bool {
	has := func(key string) bool { return bytes.Contains(head, []byte(`"`+key)) }
	return has(`message-type"`) && has("work") || has(`DOI"`) && has(`title"`) && !has("protocolSection")
}

// other reads a file in RIS.
func other(p evidence.Payload) (crawler.Parsed, bool, error) {
	if !RecogniseRIS("", p.Body[:min(len(p.Body), 64)]) {
		return crawler.Parsed{}, false, nil
	}
	out, err := readRIS(p)
	return out, true, err
}

// volatile fields move without anything new being said.
var volatile = []string{"indexed", "deposited", "is-referenced-by-count", "score", "reference-count", "references-count"}

func read(n *jsontree.Node, doi string, at evidence.Provenance) evidence.Record {
	str := func(key string) string { return n.Get(key).Scalar() }
	pub := &evidence.Publication{
		DOI: doi, Title: xmltree.Plain(firstText(n.Get("title"))), Journal: xmltree.Plain(firstText(n.Get("container-title"))),
		Volume: str("volume"), Issue: str("issue"), Pages: str("page"), Language: str("language"),
		Published: published(n), Abstract: xmltree.Abstract(str("abstract")),
		Preprint: str("type") == "posted-content" && (str("subtype") == "preprint" || str("subtype") == ""),
	}
	if pub.Pages == "" {
		pub.Pages = str("article-number")
	}
	if sub := firstText(n.Get("subtitle")); sub != "" && !strings.Contains(pub.Title, xmltree.Plain(sub)) {
		pub.Title = strings.TrimSuffix(pub.Title, ":") + ": " + xmltree.Plain(sub)
	}
	if pub.Journal == "" {
		pub.Journal = firstOf(firstText(n.Get("group-title")), instituteOf(n))
	}
	if t := str("type"); t != "" {
		pub.Types = append(pub.Types, t)
	}
	rec := evidence.Record{ID: "doi:" + doi, Source: SourceName, Kind: evidence.KindPublication, Prov: at, Publication: pub,
		URL: "https://doi.org/" + doi, Title: pub.Title, Summary: pub.Abstract,
		FirstPosted: evidence.DateStruct{Raw: dateParts(n.Get("created"))}}
	if own := xmltree.Plain(firstText(n.Get("original-title"))); own != "" && own != pub.Title {
		rec.OfficialTitle = own
	}
	rec.Keywords = n.Get("subject").Scalars()
	rec.Aliases = aliases(n)
	pub.Authors = authors(n.Get("author").Items())
	related(pub, n)
	trials(pub, n, at.Pointer)
	references(&rec, n, at.Pointer)
	for _, mark := range []string{"RETRACTED:", "RETRACTED ARTICLE:", "WITHDRAWN:"} {
		if strings.HasPrefix(pub.Title, mark) {
			pub.Retracted = true
		}
	}
	rec.Unknown = outline.JSON(n)
	rec.ContentHash = answer.Sum(jsontree.Canonical(nil, n, func(path []string) bool {
		return len(path) == 1 &&
			slices.Contains(volatile, path[0])
	}))
	if pub.Title == "" {
		rec.Problems = append(rec.Problems, evidence.Problem{Source: SourceName, RecordID: rec.ID, Kind: crawler.KindBadValue,
			Where: at.Pointer + "/title", Message: "the work has no title", SHA256: at.PayloadSHA256})
	}
	return rec
}

// firstText gives the first text of a list, or a text that is by itself.
func firstText(n *jsontree.Node) string {
	for _, s := range n.Scalars() {
		if strings.TrimSpace(s) != "" {
			return s
		}
	}
	return n.Scalar()
}

func firstOf(s ...string) string {
	for _, x := range s {
		if x != "" {
			return x
		}
	}
	return ""
}

func instituteOf(n *jsontree.Node) string {
	list := n.Get("institution").Items()
	if len(list) == 0 {
		return ""
	}
	return list[0].Get("name").Scalar()
}

func aliases(n *jsontree.Node) []string {
	var out []string
	for _, a := range n.Get("aliases").Scalars() {
		if d, ok := ident.DOI(a); ok {
			out = append(out, "doi:"+d)
		}
	}
	return out
}

// published gives the earliest-named date that is there. Parts may be missing
// and may be null: [[null]] is no date.
func published(n *jsontree.Node) string {
	for _, k := range []string{"published", "issued", "published-print", "published-online", "posted", "published-other"} {
		if d := dateParts(n.Get(k)); d != "" {
			return d
		}
	}
	return ""
}

func dateParts(n *jsontree.Node) string {
	outer := n.Get("date-parts").Items()
	if len(outer) == 0 {
		return ""
	}
	var parts []int
	for _, p := range outer[0].Items() {
		v, err := strconv.Atoi(p.Scalar())
		if err != nil {
			break
		}
		parts = append(parts, v)
	}
	switch {
	case len(parts) == 0 || parts[0] < 1000 || parts[0] > 2999:
		return ""
	case len(parts) == 1 || parts[1] < 1 || parts[1] > 12:
		return strconv.Itoa(parts[0])
	case len(parts) == 2 || parts[2] < 1 || parts[2] > 31:
		return fmt.Sprintf("%d-%02d", parts[0], parts[1])
	}
	return fmt.Sprintf("%d-%02d-%02d", parts[0], parts[1], parts[2])
}

func authors(list []jsontree.Node) []evidence.Author {
	var out []evidence.Author
	for i := range list {
		a := &list[i]
		w := evidence.Author{Family: xmltree.Plain(a.Get("family").Scalar()), Given: xmltree.Plain(a.Get("given").Scalar()),
			Collective: xmltree.Plain(a.Get("name").Scalar())}
		if p := a.Get("prefix").Scalar(); p != "" && w.Family != "" && len(p) <= 4 && strings.ToLower(p) == p {
			w.Family = p + " " + w.Family
		}
		if s := a.Get("suffix").Scalar(); s != "" && w.Family != "" {
			w.Family += " " + s
		}
		if w != (evidence.Author{}) {
			out = append(out, w)
		}
	}
	return out
}

// trials reads the trial numbers that a publisher deposited, and those in
// title and abstract.
func trials(pub *evidence.Publication, n *jsontree.Node, base string) {
	list := n.Get("clinical-trial-number").Items()
	for i := range list {
		raw := list[i].Get("clinical-trial-number").Scalar()
		at := base + "/clinical-trial-number/" + strconv.Itoa(i) + "/clinical-trial-number"
		pub.TrialIDs = answer.Registrations(pub.TrialIDs, raw, at)
	}
	pub.TrialIDs = answer.Mentions(pub.TrialIDs, pub.Title, "title", base+"/title")
	pub.TrialIDs = answer.Mentions(pub.TrialIDs, pub.Abstract, "abstract", base+"/abstract")
}

func references(rec *evidence.Record, n *jsontree.Node, base string) {
	list := n.Get("reference").Items()
	for i := range list {
		r := &list[i]
		ref := evidence.Reference{Type: "CITED", Citation: xmltree.Plain(r.Get("unstructured").Scalar()), Pointer: base + "/reference/" +
			strconv.Itoa(i)}
		ref.DOI, _ = ident.DOI(r.Get("DOI").Scalar())
		if ref.Citation == "" {
			var parts []string
			for _, k := range []string{"author", "year", "article-title", "volume-title", "series-title", "journal-title", "volume", "first-page"} {
				if t := xmltree.Plain(r.Get(k).Scalar()); t != "" {
					parts = append(parts, t)
				}
			}
			ref.Citation = strings.Join(parts, ". ")
		}
		rec.References = append(rec.References, ref)
	}
}
