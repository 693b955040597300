package starter_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"past/crawler"
	"past/crawler/crossref"
	"past/crawler/ctgov"
	"past/crawler/ctis"
	"past/crawler/euctr"
	"past/crawler/europepmc"
	"past/crawler/ictrp"
	"past/crawler/isrctn"
	"past/crawler/metapsy"
	"past/crawler/openalex"
	"past/crawler/pubmed"
	"past/crawler/sourcetest"
	"past/internal/evidence"
	"past/internal/starter"
)

// asked is the question of these tests.
func asked(substances ...string) crawler.QuestionSet {
	q := crawler.QuestionSet{Conditions: []crawler.Concept{{ID: "depression", Terms: []string{"depression", "major depressive disorder"}},
		{ID: "ptsd", Terms: []string{"PTSD"}}}}
	for _, s := range substances {
		q.Substances = append(q.Substances, crawler.Concept{ID: s, Terms: []string{s}})
	}
	return q
}

func known(dois ...string) func() ([]string, error) {
	return func() ([]string, error) { return dois, nil }
}

func serve(t testing.TB) (address string, endpoints map[string]string) {
	t.Helper()
	h, err := starter.Registers()
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv.URL, starter.Endpoints(srv.URL)
}

func crawl(t *testing.T, sink *sourcetest.MemorySink, src crawler.Source, endpoint string, q crawler.QuestionSet) crawler.SourceSummary {
	t.Helper()
	c, err := crawler.New(crawler.Options{Sources: []crawler.Source{src}, Endpoints: map[string]string{src.Name(): endpoint},
		Contact: "test", Question: q}, sink)
	if err != nil {
		t.Fatal(err)
	}
	sum, err := c.Run(t.Context())
	if err != nil {
		t.Fatalf("%s: %v", src.Name(), err)
	}
	return sum.Sources[0]
}

func ids(sink *sourcetest.MemorySink, source string) []string {
	return slices.Sorted(maps.Keys(sink.Content(source).Hashes))
}

var (
	dois = []string{"10.1056/NEJMoa2206443", "10.1007/s00213-020-05548-2", "10.1007/s00213-019-05249-5", "10.1101/2024.12.31.24319806",
		"10.1000/nobody.knows"}
	// euctrTrials are the protocols that a question about psilocybin and
	// depression finds: one for each country.
	euctrTrials = []string{"2013-003196-35-GB", "2017-000219-18-GB", "2017-003288-36-CZ", "2017-003288-36-DE", "2017-003288-36-DK",
		"2017-003288-36-ES",
		"2017-003288-36-GB", "2017-003288-36-IE", "2017-003288-36-NL", "2017-003288-36-PT", "2019-003984-24-DE"}
)

// Each register is crawled by its own collector, twice: the hits are what the
// facts say, the second crawl brings nothing new, and nothing is kept aside.
func TestCollectors(t *testing.T) {
	_, endpoints := serve(t)
	for _, c := range []struct {
		source crawler.Source
		q      crawler.QuestionSet
		want   []string // nil: at least some
		some   []string
	}{
		{source: ctgov.New(), q: asked("psilocybin"), some: []string{"NCT03429075", "NCT03775200"}},
		{source: pubmed.New(pubmed.Asker{}), q: asked("psilocybin"), want: []string{"pmid:37651119", "pmid:38105655", "pmid:38247730",
			"pmid:38279085",
			"pmid:38359838", "pmid:38483940", "pmid:38956594", "pmid:39343309", "pmid:39636638", "pmid:39695323", "pmid:39764567"}},
		{source: europepmc.New(), q: asked("MDMA"), want: []string{"pmid:38198456", "pmid:39262902", "pmid:39895858", "pmid:38994348"}},
		{source: isrctn.New(), q: asked("psilocybin"), want: []string{"ISRCTN10584863", "ISRCTN14426797"}},
		{source: ctis.New(), q: asked("lysergide"), want: []string{"2025-520906-36-00"}},
		{source: euctr.New(), q: asked("psilocybin"), want: euctrTrials},
		{source: metapsy.New(), want: []string{"data-depression-psiloctr@25.1.2"}},
		{source: crossref.New().Given(known(dois...), ""), want: []string{"doi:10.1007/s00213-019-05249-5", "doi:10.1007/s00213-020-05548-2",
			"doi:10.1056/nejmoa2206443", "doi:10.1101/2024.12.31.24319806"}},
		{source: openalex.New().Given(known(dois...), ""), want: []string{"doi:10.1007/s00213-019-05249-5", "doi:10.1007/s00213-020-05548-2",
			"doi:10.1056/nejmoa2206443", "doi:10.1101/2024.12.31.24319806"}},
	} {
		name := c.source.Name()
		t.Run(name, func(t *testing.T) {
			sink := &sourcetest.MemorySink{}
			first := crawl(t, sink, c.source, endpoints[name], c.q)
			got := ids(sink, name)
			slices.Sort(c.want)
			if c.want != nil && !slices.Equal(got, c.want) {
				t.Errorf("found %q\nwant  %q", got, c.want)
			}
			for _, id := range c.some {
				if !slices.Contains(got, id) {
					t.Errorf("%s is not among %q", id, got)
				}
			}
			if first.New != len(got) || !first.Complete {
				t.Errorf("%+v", first)
			}
			second := crawl(t, sink, c.source, endpoints[name], c.q)
			if second.New+second.Changed+second.Gone != 0 || !second.Complete {
				t.Errorf("the second crawl: %+v", second)
			}
			for _, p := range sink.Problems() {
				t.Errorf("%s %s %s", p.Kind, p.Where, p.Message)
			}
			for _, id := range got {
				r, _ := sink.Record(name, id)
				if len(r.Problems) > 0 || len(r.Unknown) > 0 {
					t.Errorf("%s: %v %v", id, r.Problems, r.Unknown)
				}
				if r.Title == "" || r.Kind == evidence.KindTrial && !strings.Contains(r.Title, "[retold facts]") {
					t.Errorf("%s is titled %q", id, r.Title)
				}
			}
		})
	}
}

// A question about something else finds nothing anywhere.
func TestNothingFound(t *testing.T) {
	_, endpoints := serve(t)
	for _, src := range []crawler.Source{ctgov.New(), pubmed.New(pubmed.Asker{}), europepmc.New(), isrctn.New(), ctis.New(), euctr.New(),
		crossref.New().Given(known("10.1000/nobody.knows"), ""), openalex.New().Given(known("10.1000/nobody.knows"), "")} {
		for _, q := range []crawler.QuestionSet{asked("nitroglycerin"), {Substances: []crawler.Concept{{ID: "psilocybin",
			Terms: []string{"psilocybi", "silocybin"}}}}} {
			sink := &sourcetest.MemorySink{}
			crawl(t, sink, src, endpoints[src.Name()], q)
			if got := ids(sink, src.Name()); len(got) > 0 || len(sink.Problems()) > 0 {
				t.Errorf("%s found %q, %v", src.Name(), got, sink.Problems())
			}
		}
	}
}

// What the records hold are the facts.
func TestFacts(t *testing.T) {
	_, endpoints := serve(t)
	sink := &sourcetest.MemorySink{}
	for _, src := range []crawler.Source{ctgov.New(), pubmed.New(pubmed.Asker{}), isrctn.New(), euctr.New(),
		crossref.New().Given(known(dois...), "")} {
		crawl(t, sink, src, endpoints[src.Name()], asked("psilocybin"))
	}
	record := func(source, id string) evidence.Record {
		r, ok := sink.Record(source, id)
		if !ok {
			t.Fatalf("no %s in %s", id, source)
		}
		return r
	}
	names := func(r evidence.Record) (out []string) {
		for _, s := range r.SecondaryIDs {
			out = append(out, s.Value)
		}
		return out
	}
	rct := record("ctgov", "NCT03429075")
	if rct.Status != evidence.StatusCompleted || *rct.Enrollment != 59 || rct.EnrollmentType != "ACTUAL" ||
		rct.Completion.Raw != "2020-10-17" || !slices.Contains(names(rct), "2017-000219-18") {
		t.Errorf("%+v", rct)
	}
	if other := record("ctgov", "NCT03866174"); other.Status != evidence.StatusUnknown && other.Status != "" || other.Enrollment != nil ||
		other.Start.Raw != "" {
		t.Errorf("a status that no source shows: %+v", other)
	}
	if r := record("isrctn", "ISRCTN10584863"); !slices.Contains(names(r), "NCT03429075") || !slices.Contains(names(r), "2017-000219-18") ||
		r.FirstPosted.Raw != "2018-09-10" || r.LastUpdatePosted.Raw != "2022-06-28" || r.Allocation != "RANDOMIZED" {
		t.Errorf("%+v", r)
	}
	if r := record("isrctn", "ISRCTN14426797"); *r.Enrollment != 12 || r.Start.Raw != "2015-04-21" || r.Allocation != "NON_RANDOMIZED" {
		t.Errorf("%+v", r)
	}
	if r := record("euctr", "2017-003288-36-PT"); !slices.Contains(names(r), "NCT03775200") || *r.Enrollment != 216 ||
		r.Completion.Raw != "2021-09-27" || r.Masking != "DOUBLE" {
		t.Errorf("%+v", r)
	}
	if r := record("euctr", "2017-003288-36-GB"); r.Enrollment != nil {
		t.Errorf("a size that no source shows for this protocol: %d", *r.Enrollment)
	}
	if r := record("euctr", "2017-000219-18-GB"); r.Status != evidence.StatusCompleted || r.FirstPosted.Raw != "2018-06-22" ||
		len(r.Countries) != 1 {
		t.Errorf("%+v", r)
	}
	if p := record("pubmed", "pmid:39636638").Publication; p.DOI != "10.1001/jamanetworkopen.2024.49026" || len(p.TrialIDs) != 1 ||
		p.TrialIDs[0].Where != "databank" || p.TrialIDs[0].ID != "NCT05163496" || p.Journal != "JAMA Network Open" {
		t.Errorf("%+v", p)
	}
	if p := record("pubmed", "pmid:39695323").Publication; len(p.TrialIDs) != 1 || p.TrialIDs[0].Where != "abstract" ||
		p.Authors[1].Family != "von Rotz" {
		t.Errorf("%+v", p)
	}
	for _, id := range []string{"doi:10.1007/s00213-019-05249-5", "doi:10.1007/s00213-020-05548-2"} {
		if p := record("crossref", id).Publication; !p.Retracted || p.Related[0].Date != "2024-08-10" || len(p.TrialIDs) != 6 {
			t.Errorf("%+v", p)
		}
	}
	crawl(t, sink, openalex.New().Given(known(dois...), ""), endpoints["openalex"], asked("psilocybin"))
	if p := record("openalex", "doi:10.1056/nejmoa2206443").Publication; p.Journal == "" || len(p.Authors) == 0 || p.Retracted {
		t.Errorf("%+v", p)
	}
	if p := record("crossref", "doi:10.1056/nejmoa2206443").Publication; p.Retracted {
		t.Errorf("%+v", p)
	}
	if p := record("crossref", "doi:10.1101/2024.12.31.24319806").Publication; !p.Preprint || p.Journal != "medRxiv" {
		t.Errorf("%+v", p)
	}
}

func get(t *testing.T, address string) (int, []byte) {
	t.Helper()
	res, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, b
}

// What is not there is reported as each register does it; the same request gives
// the same bytes.
func TestAnswers(t *testing.T) {
	address, e := serve(t)
	for _, c := range []struct {
		path, has string
		status    int
	}{
		{e["ctgov"] + "/studies/NCT00000001", "not found", 404},
		{e["ctgov"] + "/studies?query.cond=protocolSection+OR+RANDOMIZED&countTotal=true", `"totalCount":0`, 200},
		// words of the format, not of a condition
		{e["ctgov"] + "/studies?query.cond=%28&countTotal=true", "query.cond", 400},
		{e["pubmed"] + "/efetch.fcgi?db=pubmed&id=1&retmode=xml", "<PubmedArticleSet>\n</PubmedArticleSet>", 200},
		{e["pubmed"] + "/esearch.fcgi?db=pubmed&term=%28psilocybin&retmode=json", `"ERROR"`, 200},
		{e["pubmed"] + "/esearch.fcgi?db=pubmed&term=NCT05163496%5Bsi%5D&retmode=json", `"39636638"`, 200},
		{e["pubmed"] + "/esearch.fcgi?db=pubmed&term=psilocybin%5Btw%5D+AND+2000/01/01:3000%5Bedat%5D&retmode=json", `"count":"0"`, 200},
		{e["europepmc"] + "/search?query=DOI:%2210.1001/jama.2023.14530%22&format=json&resultType=lite", `"PMC10472268"`, 200},
		{e["europepmc"] + "/search?query=%28&format=json", `"errMsg"`, 200},
		{e["crossref"] + "/works/10.1000/nobody.knows", "Resource not found.", 404},
		{e["crossref"] + "/works/10.1056/NEJMoa2206443", `"DOI":"10.1056/nejmoa2206443"`, 200},
		{e["crossref"] + "/works?filter=colour:blue", "validation-failure", 400},
		{e["openalex"] + "/works/doi:10.1000/nobody.knows", "Not Found", 404},
		{e["openalex"] + "/works/doi:10.1056/NEJMoa2206443", `"raw_author_name"`, 200},
		{e["openalex"] + "/works?filter=colour:blue", "Invalid query", 400},
		{e["isrctn"] + "/trial/ISRCTN00000001/format/default", "404", 404},
		{e["isrctn"] + "/query/format/default?q=condition:anorexia&limit=5", ">10441504<", 200},
		{e["isrctn"] + "/query/format/default?q=psilocybin+AND+lastEdited+GE+2022-06-01T00:00:00.000Z&limit=0", `totalCount="1"`, 200},
		{e["ctis"] + "/retrieve/2025-500000-00-00", "{}", 200},
		{e["ctis"] + "/search", "Forbidden", 403},
		{e["euctr"] + "/rest/download/trial/2017-003288-36/FR", "404", 404},
		{e["euctr"] + "/rest/download/summary?query=psilocybin&page=1", "EudraCT Number: 2019-003984-24", 200},
		{e["euctr"] + "/search?query=aspirin", "Trials with a EudraCT protocol (0)", 200},
		{e["metapsy"] + "/metapsy-project/data-depression-psiloctr/master/versions/1.0.0/data.csv", "404", 404},
		{e["metapsy"] + "/metapsy-project/data-ptsd-mdmactr/master/data.csv", "Mitchell 2021;mdma;pcb;NA;NA;msd;CAPS-5", 200},
		{address + "/ictrp/export.xml", "<TrialID>ACTRN12619001225101</TrialID>", 200},
	} {
		status, body := get(t, c.path)
		if status != c.status || !strings.Contains(string(body), c.has) {
			t.Errorf("%s: status %d, %.300s", c.path, status, body)
		}
		if _, again := get(t, c.path); !bytes.Equal(body, again) {
			t.Errorf("%s: two answers differ", c.path)
		}
	}
}

// Results come in pages: what all of them bring is what one answer brings.
func TestPages(t *testing.T) {
	_, e := serve(t)
	term := "&term=psilocybin%5Btw%5D+OR+MDMA%5Btw%5D&retmode=json"
	var found struct {
		Result struct {
			Count string   `json:"count"`
			IDs   []string `json:"idlist"`
		} `json:"esearchresult"`
	}
	read := func(address string, v any) {
		t.Helper()
		if _, body := get(t, address); json.Unmarshal(body, v) != nil {
			t.Fatalf("%s: %s", address, body)
		}
	}
	read(e["pubmed"]+"/esearch.fcgi?db=pubmed&retmax=100"+term, &found)
	all := slices.Clone(found.Result.IDs)
	if len(all) < 10 || found.Result.Count != strconv.Itoa(len(all)) {
		t.Fatalf("%+v", found)
	}
	var came, hits []string
	for at := 0; at < len(all); at += 4 {
		read(e["pubmed"]+"/esearch.fcgi?db=pubmed&retmax=4&retstart="+strconv.Itoa(at)+term, &found)
		hits = append(hits, found.Result.IDs...)
		_, body := get(t, e["pubmed"]+"/efetch.fcgi?db=pubmed&retmode=xml&id="+strings.Join(found.Result.IDs, ","))
		for _, m := range regexp.MustCompile(`<PMID Version="1">(\d+)</PMID>`).FindAllSubmatch(body, -1) {
			came = append(came, string(m[1]))
		}
	}
	if !slices.Equal(came, all) || !slices.Equal(hits, all) {
		t.Errorf("efetch %q, esearch %q, at once %q", came, hits, all)
	}
	came = nil
	for mark := "*"; ; {
		var page struct {
			HitCount   int
			NextMark   string `json:"nextCursorMark"`
			ResultList struct{ Result []struct{ ID string } }
		}
		read(e["europepmc"]+"/search?query=psilocybin+OR+MDMA&pageSize=4&resultType=idlist&format=json&cursorMark="+url.QueryEscape(mark), &page)
		if page.HitCount != len(all) {
			t.Fatalf("%d hits, in PubMed %d", page.HitCount, len(all))
		}
		for _, r := range page.ResultList.Result {
			came = append(came, r.ID)
		}
		if page.NextMark == mark {
			break
		}
		mark = page.NextMark
	}
	if !slices.Equal(came, all) {
		t.Errorf("%q, in PubMed %q", came, all)
	}
	for at, want := range []string{">10584863<", ">14426797<", ">10441504<"} {
		if _, body := get(t, e["isrctn"]+"/query/format/default?q=psilocybin&limit=1&offset="+strconv.Itoa(at)); !strings.Contains(string(body),
			want) || !strings.Contains(string(body), `totalCount="3"`) {
			t.Errorf("offset %d: %s", at, body)
		}
	}
}

// Nothing that is asked makes a register panic.
func FuzzRegisters(f *testing.F) {
	h, err := starter.Registers()
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{"pubmed/entrez/eutils/esearch.fcgi?db=pubmed&term=a&retmax=9223372036854775807&retstart=1",
		"euctr/ctr-search/rest/download/full?query=psilocybin&page=9223372036854775807",
		"isrctn/api/query/format/default?q=psilocybin&limit=9223372036854775807&offset=-1",
		"europepmc/europepmc/webservices/rest/search?query=a&pageSize=-1&cursorMark=AA==", "crossref/works?offset=7&rows=-1",
		"openalex/works?filter=doi:10.1056/nejmoa2206443&page=9223372036854775807&per_page=-1",
		"ctgov/api/v2/studies?pageToken=t-1&filter.advanced=AREA[LastUpdatePostDate]RANGE[", "ctis/ctis-public-api/search"} {
		f.Add(s, `{"pagination":{"page":9223372036854775807,"size":7},"searchCriteria":{"containAll":"lsd"}}`)
	}
	f.Fuzz(func(t *testing.T, target, body string) {
		path, query, _ := strings.Cut(target, "?")
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			r := &http.Request{Method: method, URL: &url.URL{Path: "/" + path, RawQuery: query}, Body: io.NopCloser(strings.NewReader(body)),
				Header: http.Header{}, Host: "127.0.0.1"}
			h.ServeHTTP(httptest.NewRecorder(), r)
		}
	})
}

// The two exports hold the same trials, and the importer reads both.
func TestExports(t *testing.T) {
	var seen [][]string
	for _, format := range []string{"xml", "csv"} {
		body, err := starter.ICTRPExport(format)
		if err != nil {
			t.Fatal(err)
		}
		if !ictrp.Recognise("export."+format, body[:min(len(body), 4096)]) {
			t.Errorf("%s is not recognised", format)
		}
		got, err := ictrp.Parse(evidence.Payload{Body: body})
		if err != nil || len(got.Problems) > 0 {
			t.Fatalf("%s: %v %v", format, got.Problems, err)
		}
		var facts []string
		for _, r := range got.Records {
			if len(r.Problems)+len(r.Unknown) > 0 {
				t.Errorf("%s: %v %v", r.ID, r.Problems, r.Unknown)
			}
			facts = append(facts, r.ID+" "+r.Title+" "+r.Start.Raw+" "+string(r.Status)+" "+r.Allocation)
		}
		seen = append(seen, facts)
	}
	if !slices.Equal(seen[0], seen[1]) || len(seen[0]) != 3 || !strings.Contains(seen[0][1], "ISRCTN14426797 ") ||
		!strings.Contains(seen[0][1], "2015-04-21 completed NON_RANDOMIZED") {
		t.Errorf("%q", seen)
	}
	if _, err := starter.ICTRPExport("pdf"); err == nil {
		t.Error("an export as pdf")
	}
}
