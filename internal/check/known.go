package check

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"past/internal/cite"
	"past/internal/edition"
	"past/internal/evidence"
	"past/internal/ident"
	"past/internal/store"
)

// Work is what is known of a paper.
type Work struct {
	Retracted bool
	Corrected string // the notice, "" for none
	Preprint  bool
	Published string // the published version of a preprint
}

// Known is what documents are compared with.
type Known struct {
	Shelf *cite.Shelf
	// Edition finds an earlier edition; ok is false when it is not held.
	Edition func(id string) (doc edition.Document, ok bool)
	// Works by normal DOI and by "pmid:N".
	Works map[string]Work
	// Trials by register id, with every other id of theirs.
	Trials map[string]evidence.Status
}

// NewKnown reads papers, links, trials and the sources of effects from the store;
// [Known.Heed] adds the notices that people keep.
func NewKnown(ctx context.Context, st *store.Store, shelf *cite.Shelf, earlier func(string) (edition.Document, bool)) (*Known, error) {
	k := &Known{Shelf: shelf, Edition: earlier, Works: map[string]Work{}, Trials: map[string]evidence.Status{}}
	for r, err := range st.Records(ctx, store.RecordFilter{}) {
		if err != nil {
			return nil, fmt.Errorf("reading records: %w", err)
		}
		switch {
		case r.Kind == evidence.KindTrial:
			for _, id := range append([]string{r.ID}, r.Aliases...) {
				id, status := strings.Clone(id), evidence.Own(r.Status)
				k.Trials[ident.Canonical(id)] = status
				if stem := ident.Stem(id); k.Trials[stem] == "" { // a EudraCT number without a country
					k.Trials[stem] = status
				}
			}
		case r.Publication != nil:
			k.paper(evidence.Own(*r.Publication))
		}
	}
	links, err := st.Links(ctx, "")
	if err != nil {
		return nil, err
	}
	for _, l := range links {
		if l.Undone == "" && l.Strength != "possible" {
			k.link(l)
		}
	}
	for e, err := range st.Effects(ctx) {
		if err != nil {
			return nil, fmt.Errorf("reading effects: %w", err)
		}
		k.hold(strings.Clone(e.DOI), "", func(*Work) {})
	}
	for _, f := range shelf.Document.Findings {
		for _, it := range shelf.Studies(f) {
			k.hold(it.DOI, it.PMID, func(w *Work) { w.Preprint = w.Preprint || it.Type == cite.Preprint })
		}
	}
	return k, nil
}

// Heed adds what notices say of papers: a person's table of notices is as good as a
// record that carries one.
func (k *Known) Heed(notices []evidence.Notice) {
	for _, n := range notices {
		k.hold(n.DOI, n.PMID, func(w *Work) {
			if n.Kind == "retraction" {
				w.Retracted = true
			} else {
				w.Corrected = cmp.Or(w.Corrected, evidence.NoticeName(n.Kind)+": "+cmp.Or(n.Said, n.Source))
			}
		})
	}
}

// hold changes what is known of a paper under its ids.
func (k *Known) hold(doi, pmid string, change func(*Work)) {
	for _, id := range []string{ident.NormalDOI(doi), "pmid:" + pmid} {
		if id == "" || id == "pmid:" {
			continue
		}
		w := k.Works[id]
		change(&w)
		k.Works[id] = w
	}
}

func (k *Known) paper(p evidence.Publication) {
	k.hold(p.DOI, p.PMID, func(w *Work) {
		w.Retracted = w.Retracted || p.Retracted
		w.Preprint = w.Preprint || p.Preprint
	})
	for _, r := range p.Related {
		name := strings.ToLower(strings.NewReplacer("-", "", "_", "", " ", "").Replace(r.Type))
		other := cmp.Or(r.DOI, pmidOf(r.PMID), r.Label)
		doi, pmid := p.DOI, p.PMID
		kind, about := r.Notice()
		if about {
			doi, pmid, other = r.DOI, r.PMID, cmp.Or(p.DOI, pmidOf(p.PMID))
		}
		switch {
		case kind == "retraction":
			k.hold(doi, pmid, func(w *Work) { w.Retracted = true })
		case kind != "":
			k.hold(doi, pmid, func(w *Work) { w.Corrected = cmp.Or(other, r.Note, r.Type) })
		case p.Preprint && (name == "updatein" || name == "ispreprintof" || name == "preprintof"):
			k.hold(p.DOI, p.PMID, func(w *Work) { w.Published = other })
		case name == "updateof" || name == "haspreprint":
			k.hold(r.DOI, r.PMID, func(w *Work) { w.Preprint, w.Published = true, cmp.Or(p.DOI, pmidOf(p.PMID)) })
		}
	}
}

func (k *Known) link(l evidence.Link) {
	a, b := split(l.A), split(l.B)
	switch l.Kind {
	case "retracts":
		k.hold(b[0], b[1], func(w *Work) { w.Retracted = true })
	case "corrects":
		k.hold(b[0], b[1], func(w *Work) { w.Corrected = cmp.Or(w.Corrected, l.A) })
	case "preprint-of":
		k.hold(a[0], a[1], func(w *Work) { w.Preprint, w.Published = true, cmp.Or(w.Published, l.B) })
	}
}

// split gives DOI and PMID of a link's end, one of them empty.
func split(id string) [2]string {
	if p, ok := strings.CutPrefix(id, "pmid:"); ok {
		return [2]string{"", p}
	}
	return [2]string{ident.NormalDOI(id), ""}
}

func pmidOf(p string) string {
	if p == "" {
		return ""
	}
	return "pmid:" + p
}
