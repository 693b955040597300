package crossref

import (
	"slices"
	"strings"

	"past/crawler/jsontree"
	"past/internal/evidence"
	"past/internal/ident"
)

// noticeKinds puts Crossref's types of update into the words that PubMed uses:
// of the paper that a notice is about, and of the notice.
var noticeKinds = map[string][2]string{
	"retraction":            {"RetractionIn", "RetractionOf"},
	"removal":               {"RetractionIn", "RetractionOf"},
	"withdrawal":            {"RetractionIn", "RetractionOf"},
	"partial_retraction":    {"PartialRetractionIn", "PartialRetractionOf"},
	"correction":            {"ErratumIn", "ErratumFor"},
	"corrigendum":           {"ErratumIn", "ErratumFor"},
	"erratum":               {"ErratumIn", "ErratumFor"},
	"expression_of_concern": {"ExpressionOfConcernIn", "ExpressionOfConcernFor"},
}

// related reads the notices about a work (updated-by), the works that it is a
// notice about (update-to), and its versions and preprints (relation).
func related(pub *evidence.Publication, n *jsontree.Node) {
	for side, key := range []string{"updated-by", "update-to"} {
		list := n.Get(key).Items()
		for i := range list {
			u := &list[i]
			raw := u.Get("type").Scalar()
			kinds, ok := noticeKinds[strings.ReplaceAll(strings.ToLower(raw), "-", "_")]
			if !ok {
				kinds = [2]string{"UpdateIn", "UpdateOf"}
			}
			w := evidence.RelatedWork{Type: kinds[side], Label: strings.TrimSpace(key + " " + raw), Date: dateParts(u.Get("updated")),
				Note: u.Get("source").Scalar()}
			w.DOI, _ = ident.DOI(u.Get("DOI").Scalar())
			pub.Related = append(pub.Related, w)
			if w.Type == "RetractionIn" {
				pub.Retracted = true
			}
		}
	}
	relations(pub, n.Get("relation"))
}

// relations reads the map of relations; its keys are kinds such as
// is-preprint-of.
func relations(pub *evidence.Publication, n *jsontree.Node) {
	if n.Kind != jsontree.Object {
		return
	}
	kids := slices.Clone(n.Kids)
	slices.SortStableFunc(kids, func(a, b jsontree.Node) int { return strings.Compare(a.Key, b.Key) })
	for k := range kids {
		items := kids[k].Items()
		for i := range items {
			r := &items[i]
			w := evidence.RelatedWork{Type: strings.TrimPrefix(kids[k].Key, "is-"), Label: "relation " + kids[k].Key,
				Note: r.Get("asserted-by").Scalar()}
			id := r.Get("id").Scalar()
			if doi, ok := ident.DOI(id); ok {
				w.DOI = doi
			} else if id == "" {
				continue
			} else {
				w.Label += " " + r.Get("id-type").Scalar() + ":" + id
			}
			pub.Related = append(pub.Related, w)
		}
	}
}
