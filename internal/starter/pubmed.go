package starter

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// pubmedShelf has the papers whose PubMed number is known. Abstracts are left out but
// for the trial ids that they name.
func pubmedShelf() (Shelf, error) {
	return shelved(byPMID, func(w work) ([]byte, error) { return []byte(w.pubmedArticle()), nil }, work.pubmedTerm)
}

// pubmedAt serves articles in the wire format of the E-utilities: einfo, esearch (by
// POST too) and efetch.
func pubmedAt(shelf Shelf) http.Handler {
	mux := http.NewServeMux()
	serve := func(tool string, answer func(Shelf, http.ResponseWriter, url.Values)) {
		mux.HandleFunc("/entrez/eutils/"+tool+".fcgi", func(w http.ResponseWriter, r *http.Request) {
			if err := r.ParseForm(); err != nil || r.Form.Get("db") != "pubmed" {
				http.Error(w, "bad request", http.StatusBadRequest)
				return
			}
			answer(shelf, w, r.Form)
		})
	}
	serve("einfo", pubmedInfo)
	serve("esearch", pubmedSearch)
	serve("efetch", pubmedFetch)
	return mux
}

func pubmedInfo(shelf Shelf, w http.ResponseWriter, _ url.Values) {
	writeJSON(w, map[string]any{"header": map[string]string{"type": "einfo", "version": "0.3"}, "einforesult": map[string]any{
		"dbinfo": []any{map[string]string{"dbname": "pubmed", "menuname": "PubMed", "dbbuild": "starter-set-" + shelf.Stamp(),
			"count": strconv.Itoa(len(shelf())), "lastupdate": strings.ReplaceAll(Date, "-", "/")}}}})
}

// pubmedEntryTerm says what a term means for an entry of which nothing but its words
// and the day of its last change is known.
func pubmedEntryTerm(e Entry, t term) bool {
	switch t.tag {
	case "uid", "pmid":
		return "pmid:"+t.text == e.ID
	case "edat", "lr": // 2026/01/31:3000
		return term{text: t.field, to: t.text}.within(e.day())
	case "mh":
		return false
	}
	return e.finds(t)
}

// pubmedTerm evaluates one term. Tags of fields that are not restated find
// nothing.
func (w work) pubmedTerm(t term) bool {
	switch t.tag {
	case "uid", "pmid":
		return t.text == w.pmid
	case "si":
		return slices.ContainsFunc(append([]string{w.registration}, w.named...), func(id string) bool {
			return id != "" &&
				strings.EqualFold(id, t.text)
		})
	case "aid", "doi":
		return strings.EqualFold(t.text, w.doi)
	case "ti":
		return holds(folded(w.title), t.text)
	case "pt":
		return strings.EqualFold(t.text, "Journal Article")
	case "", "all", "tw", "tiab", "all fields":
		return t.field == "" && (t.text == w.pmid || strings.EqualFold(t.text, w.doi) || holds(w.text(), t.text))
	}
	return false
}

func pubmedSearch(shelf Shelf, w http.ResponseWriter, v url.Values) {
	hits, err := shelf.find(v.Get("term"), pubmedEntryTerm)
	result := map[string]any{}
	if err != nil {
		result["ERROR"] = err.Error()
	} else {
		if days := (term{text: v.Get("mindate"), to: v.Get("maxdate")}); days.text+days.to != "" {
			hits = slices.DeleteFunc(hits, func(e Entry) bool { return !days.within(e.day()) })
		}
		start, end := window(len(hits), number(v.Get("retstart"), 0), min(number(v.Get("retmax"), 20), 9999))
		ids := []string{}
		for _, h := range hits[start:end] {
			ids = append(ids, strings.TrimPrefix(h.ID, "pmid:"))
		}
		result["count"], result["retmax"], result["retstart"] = strconv.Itoa(len(hits)), strconv.Itoa(len(ids)), strconv.Itoa(start)
		result["idlist"], result["querytranslation"] = ids, v.Get("term")
	}
	writeJSON(w, map[string]any{"header": map[string]string{"type": "esearch", "version": "0.3"}, "esearchresult": result})
}

func pubmedFetch(shelf Shelf, w http.ResponseWriter, v url.Values) {
	w.Header().Set("Content-Type", "text/xml; charset=UTF-8")
	fmt.Fprint(w, "<?xml version=\"1.0\" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC \"-//NLM//DTD PubMedArticle, 1st January "+
		"2025//EN\" \"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd\">\n<PubmedArticleSet>\n")
	for _, id := range strings.FieldsFunc(v.Get("id"), func(r rune) bool { return r == ',' || r == ' ' }) {
		if e, ok := shelf.Get("pmid:" + id); ok {
			_, _ = w.Write(e.Body)
		}
	}
	fmt.Fprint(w, "</PubmedArticleSet>\n")
}

// escaped writes a text for an XML document.
func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}

// banks are PubMed's names of the registers by the beginning of their ids.
var banks = []struct{ prefix, name string }{{"NCT", "ClinicalTrials.gov"}, {"ISRCTN", "ISRCTN"}, {"ACTRN", "ANZCTR"}}

func bank(id string) string {
	for _, b := range banks {
		if strings.HasPrefix(id, b.prefix) {
			return b.name
		}
	}
	return "EudraCT"
}

// pubmedArticle retells one paper as an element of efetch.
func (w work) pubmedArticle() string {
	var b strings.Builder
	add := func(format string, args ...string) {
		in := make([]any, len(args))
		for i, a := range args {
			in[i] = escaped(a)
		}
		fmt.Fprintf(&b, format, in...)
	}
	add(`<PubmedArticle><MedlineCitation><PMID Version="1">%s</PMID><Article><Journal><JournalIssue>`, w.pmid)
	if w.volume != "" {
		add(`<Volume>%s</Volume>`, w.volume)
	}
	if w.issue != "" {
		add(`<Issue>%s</Issue>`, w.issue)
	}
	if w.year != "" {
		add(`<PubDate><Year>%s</Year></PubDate>`, w.year)
	}
	b.WriteString(`</JournalIssue>`)
	if w.journal != "" {
		add(`<Title>%s</Title>`, w.journal)
	}
	add(`</Journal><ArticleTitle>%s</ArticleTitle>`, w.title)
	if w.pages != "" {
		add(`<Pagination><MedlinePgn>%s</MedlinePgn></Pagination>`, w.pages)
	}
	if w.doi != "" {
		add(`<ELocationID EIdType="doi" ValidYN="Y">%s</ELocationID>`, w.doi)
	}
	if a := w.abstract(); a != "" {
		add(`<Abstract><AbstractText>%s</AbstractText></Abstract>`, a)
	}
	if len(w.authors) > 0 {
		b.WriteString(`<AuthorList>`)
		for _, a := range w.authors {
			add(`<Author><LastName>%s</LastName>`, a.Family)
			if a.Given != "" {
				add(`<Initials>%s</Initials>`, a.Given)
			}
			b.WriteString(`</Author>`)
		}
		b.WriteString(`</AuthorList>`)
	}
	if id := w.registration; id != "" {
		add(`<DataBankList CompleteYN="Y"><DataBank><DataBankName>%s</DataBankName><AccessionNumberList><AccessionNumber>`+
			`%s</AccessionNumber></AccessionNumberList></DataBank></DataBankList>`, bank(id), id)
	}
	b.WriteString(`<PublicationTypeList><PublicationType UI="D016428">Journal ` +
		`Article</PublicationType></PublicationTypeList></Article></MedlineCitation>`)
	add(`<PubmedData><ArticleIdList><ArticleId IdType="pubmed">%s</ArticleId>`, w.pmid)
	if w.doi != "" {
		add(`<ArticleId IdType="doi">%s</ArticleId>`, w.doi)
	}
	if w.pmcid != "" {
		add(`<ArticleId IdType="pmc">%s</ArticleId>`, w.pmcid)
	}
	b.WriteString("</ArticleIdList></PubmedData></PubmedArticle>\n")
	return b.String()
}
