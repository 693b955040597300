package pubmed

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"past/crawler"
	"past/crawler/sourcetest"
)

const perPage = 4

// entry is an article with restated facts in the wire format of efetch.
func entry(n, version int) sourcetest.Entry {
	id := 30000000 + n
	body := fmt.Sprintf(`<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">%d</PMID>
<DateRevised><Year>2026</Year><Month>02</Month><Day>0%d</Day></DateRevised>
<Article PubModel="Print"><Journal><ISSN IssnType="Print">1234-5678</ISSN><JournalIssue `+
		`CitedMedium="Print"><Volume>3</Volume><PubDate><Year>2021</Year><Month>Jul</Month></PubDate></JournalIssue><Title>A `+
		`journal</Title></Journal>
<ArticleTitle>Psilocybin trial number %d, version %d.</ArticleTitle>
<Abstract><AbstractText Label="METHODS">We registered NCT%08d.</AbstractText></Abstract>
<AuthorList CompleteYN="Y"><Author ValidYN="Y"><LastName>Doe</LastName><ForeName>A</ForeName><Initials>A</Initials></Author>`+
		`</AuthorList><Language>eng</Language>
<PublicationTypeList><PublicationType UI="D016449">Randomized Controlled `+
		`Trial</PublicationType></PublicationTypeList></Article></MedlineCitation>
<PubmedData><PublicationStatus>ppublish</PublicationStatus><ArticleIdList><ArticleId `+
		`IdType="pubmed">%d</ArticleId></ArticleIdList></PubmedData></PubmedArticle>`,
		id, version+1, n, version, 1000+n, id)
	return sourcetest.Entry{ID: "pmid:" + strconv.Itoa(id), Body: []byte(body), Updated: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)}
}

// eutils serves what a world holds as the E-utilities do.
type eutils struct {
	world *sourcetest.World
	// entered gives an entry date to the nth record, for searches by date.
	entered func(i int) time.Time
}

func serve(w *sourcetest.World) http.Handler { return (&eutils{world: w}).mux() }

func (e *eutils) mux() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/eutils/einfo.fcgi", func(rw http.ResponseWriter, _ *http.Request) {
		_, stamp := e.world.Look()
		writeJSON(rw, `{"header":{"type":"einfo","version":"0.3"},"einforesult":{"dbinfo":[{"dbname":"pubmed","dbbuild":%q,`+
			`"count":"9","lastupdate":"2026/02/01 05:31"}]}}`, stamp)
	})
	mux.HandleFunc("/eutils/esearch.fcgi", e.search)
	mux.HandleFunc("/eutils/efetch.fcgi", e.fetch)
	return mux
}

func writeJSON(rw http.ResponseWriter, format string, args ...any) {
	rw.Header().Set("Content-Type", "application/json; charset=UTF-8")
	fmt.Fprintf(rw, format, args...)
}

// matches gives the ids that a search finds: by number, by date, or all that
// are not hidden.
func (e *eutils) matches(v url.Values) []string {
	entries, _ := e.world.Look()
	term := v.Get("term")
	var out []string
	for i, en := range entries {
		n := strings.TrimPrefix(en.ID, "pmid:")
		byNumber := strings.Contains(term, "[uid]")
		if byNumber && !strings.Contains(term, n+"[uid]") || !byNumber && (en.Hidden || !strings.Contains(term, `"psilocybin"[tw]`)) {
			continue
		}
		if _, from, ok := strings.Cut(term, ":3000[edat]"); ok {
			day, _, _ := strings.Cut(strings.TrimPrefix(from, " OR "), ":")
			if en.Updated.Format("2006/01/02") < day {
				continue
			}
		}
		if v.Get("datetype") == "edat" && e.entered != nil {
			d := e.entered(i).Format("2006/01/02")
			if d < v.Get("mindate") || d > v.Get("maxdate") {
				continue
			}
		}
		out = append(out, n)
	}
	return out
}

func (e *eutils) search(rw http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	ids := e.matches(r.Form)
	count := len(ids)
	max, _ := strconv.Atoi(r.Form.Get("retmax"))
	env := ""
	if r.Form.Get("usehistory") == "y" {
		env = fmt.Sprintf(`,"querykey":"1","webenv":%q`, "MCID_"+strings.Join(ids, "_"))
	}
	ids = ids[:min(max, len(ids))]
	quoted := []string{}
	for _, id := range ids {
		quoted = append(quoted, strconv.Quote(id))
	}
	writeJSON(rw, `{"header":{"type":"esearch","version":"0.3"},"esearchresult":{"count":"%d","retmax":"%d","retstart":"0"%s,"idlist":[%s]}}`,
		count, len(ids), env, strings.Join(quoted, ","))
}

func (e *eutils) fetch(rw http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	entries, _ := e.world.Look()
	ids := strings.Split(r.Form.Get("id"), ",")
	if env := r.Form.Get("WebEnv"); env != "" {
		ids = strings.Split(strings.TrimPrefix(env, "MCID_"), "_")
		start, _ := strconv.Atoi(r.Form.Get("retstart"))
		n, _ := strconv.Atoi(r.Form.Get("retmax"))
		ids = ids[min(start, len(ids)):min(start+n, len(ids))]
	}
	rw.Header().Set("Content-Type", "text/xml; charset=UTF-8")
	fmt.Fprint(rw, "<?xml version=\"1.0\" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC \"-//NLM//DTD PubMedArticle, 1st January "+
		"2025//EN\" \"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd\">\n<PubmedArticleSet>")
	for _, id := range ids {
		if i := slices.IndexFunc(entries, func(en sourcetest.Entry) bool { return en.ID == "pmid:"+id }); i >= 0 {
			_, _ = rw.Write(entries[i].Body)
		}
	}
	fmt.Fprint(rw, "</PubmedArticleSet>")
}

func question() crawler.QuestionSet {
	return crawler.QuestionSet{Substances: []crawler.Concept{{ID: "psilocybin", Terms: []string{"psilocybin"}}}}
}

func testSource(opts ...Option) *Source {
	s := New(opts...)
	s.batch = perPage
	return s
}

func TestSource(t *testing.T) {
	sourcetest.Run(t, sourcetest.Subject{
		Source: testSource(), Question: question(), Entry: entry, Serve: serve,
		Path: "/eutils", Probe: "einfo.fcgi", PerPage: perPage,
	})
}
