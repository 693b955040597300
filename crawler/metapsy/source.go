package metapsy

import (
	"context"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"past/crawler"
	"past/crawler/answer"
	"past/internal/evidence"
)

// SourceName is the name under which payloads and records are kept.
const SourceName = "metapsy"

// Release names one version of a dataset.
type Release struct {
	Name    string // data-depression-psiloctr
	Tag     string // 25.1.2
	Licence string // an SPDX id or its address
	URL     string // of the table
}

// address carries tag and licence behind the #, which is not sent: what a
// stored payload says of itself must be enough to read it again.
func (r Release) address(base string) string {
	u := r.URL
	if base != "" {
		if p, err := url.Parse(r.URL); err == nil {
			u = base + p.EscapedPath()
		}
	}
	return u + "#" + url.Values{"name": {r.Name}, "tag": {r.Tag}, "licence": {r.Licence}}.Encode()
}

// Releases are the datasets on psychedelics that the project publishes, as of
// November 2026, each pinned to a version.
func Releases() []Release {
	at := func(name, tag string) Release {
		return Release{Name: name, Tag: tag, Licence: "ODC-By-1.0", URL: "https://raw.githubusercontent.com/metapsy-project/" + name +
			"/master/versions/" + tag + "/data.csv"}
	}
	return []Release{at("data-depression-psiloctr", "25.1.2")}
}

// Source fetches releases.
type Source struct {
	releases []Release
	base     string // in place of the scheme and host of every release
}

var (
	_ crawler.Source    = (*Source)(nil)
	_ crawler.Movable   = (*Source)(nil)
	_ crawler.Described = (*Source)(nil)
)

// New gives a Source of the releases given, or of [Releases].
func New(releases ...Release) *Source {
	if len(releases) == 0 {
		releases = Releases()
	}
	return &Source{releases: releases}
}

// Name implements crawler.Source.
func (s *Source) Name() string { return SourceName }

// Title implements crawler.Described.
func (s *Source) Title() string { return "Metapsy" }

// Searched implements crawler.Described.
func (s *Source) Searched() bool { return false }

// Files implements crawler.Described.
func (s *Source) Files() []crawler.Format {
	return []crawler.Format{{Media: "text/csv", Recognise: Recognise}}
}

// At implements crawler.Movable: endpoint replaces the scheme
// and host of each release's address.
func (s *Source) At(endpoint string) crawler.Source {
	return &Source{releases: s.releases, base: strings.TrimRight(endpoint, "/")}
}

// Policy implements crawler.Source. Where each value comes from is written in
// docs/sources.md.
func (s *Source) Policy() crawler.Policy {
	p := crawler.Policy{BaseURL: "https://raw.githubusercontent.com", PerSecond: 0.5, Burst: 1,
		RobotsReason: "single files are fetched that their owner publishes for reuse; there are no pages to crawl",
		MaxBody:      64 << 20, Timeout: 2 * time.Minute, Terms: "https://docs.metapsy.org"}
	if s.base != "" {
		p.BaseURL = s.base
	}
	for _, r := range s.releases {
		if u, err := url.Parse(r.URL); err == nil && u.Host != "" && s.base == "" {
			p.Hosts = append(p.Hosts, u.Host)
		}
	}
	return p
}

// Plan implements crawler.Source: one query for each release, whatever is
// asked.
func (s *Source) Plan(crawler.QuestionSet) ([]crawler.Query, error) {
	var out []crawler.Query
	from := map[string]string{}
	for _, r := range s.releases {
		if other, ok := from[r.id()]; ok && other != r.URL {
			return nil, fmt.Errorf("two releases are called %s, %s and %s: give them names or tags of their own", r.id(), other, r.URL)
		}
		from[r.id()] = r.URL
		if u, err := url.Parse(r.URL); err != nil || u.Host == "" || r.Name == "" {
			return nil, fmt.Errorf("release %q: a name and an address are needed, not %q", r.Name, r.URL)
		}
		out = append(out, crawler.Query{Key: r.id() + "-" + answer.Sum([]byte(r.URL))[:8], Text: r.Name + " " + r.Tag, URL: r.address(s.base)})
	}
	return out, nil
}

func (r Release) id() string {
	if r.Tag == "" {
		return r.Name
	}
	return r.Name + "@" + r.Tag
}

// Page implements crawler.Source: a release is one page. A file that has not
// changed since it was fetched last is not sent again.
func (s *Source) Page(ctx context.Context, f crawler.Fetcher, q crawler.Query, _ string) (crawler.Page, error) {
	r := releaseOf(q.URL)
	res, err := f.Do(ctx, crawler.Request{Source: SourceName, URL: q.URL, Accept: []string{"text/csv", "text/plain",
		"application/octet-stream"}, Conditional: true})
	if err != nil {
		return crawler.Page{}, answer.Refused(err, false)
	}
	page := crawler.Page{Hits: []string{r.id()}}
	if res.NotModified {
		return page, nil
	}
	if _, err := read(res.Body); err != nil {
		return crawler.Page{}, answer.WithPayload(err, &res)
	}
	res.RecordID = r.id()
	page.Payloads = []evidence.Payload{res.Payload}
	return page, nil
}

var versionIn = regexp.MustCompile(`/versions/(\d+(?:\.\d+)+)/`)

// of is the id of the record of a release's table. A file that was imported is
// named by the project's own folders (data-NAME/versions/TAG/data.csv), or else
// by its content: every release is called data.csv, and two of them are not two
// versions of one dataset.
func (r Release) of(table []byte) (id, version string) {
	if !strings.HasPrefix(r.URL, "file:") || r.Tag != "" && strings.HasPrefix(r.Name, "data-") && path.Base(r.URL) == "data.csv" {
		return r.id(), r.Tag
	}
	version = answer.Sum(table)[:12]
	return r.Name + "@" + version, version
}

// releaseOf reads what an address says of a release: what is behind the #,
// or else the folders of the path.
func releaseOf(addr string) Release {
	file, frag, _ := strings.Cut(addr, "#")
	v, _ := url.ParseQuery(frag)
	r := Release{Name: v.Get("name"), Tag: v.Get("tag"), Licence: v.Get("licence"), URL: file}
	if m := versionIn.FindStringSubmatch(file); m != nil && r.Tag == "" {
		r.Tag = m[1]
	}
	for _, part := range strings.Split(strings.TrimPrefix(file, "file:"), "/") {
		if strings.HasPrefix(part, "data-") && r.Name == "" {
			r.Name = part
		}
	}
	if r.Name == "" {
		r.Name = strings.TrimSuffix(path.Base(strings.TrimPrefix(file, "file:")), path.Ext(file))
	}
	return r
}

// Parse implements crawler.Source.
func (s *Source) Parse(p evidence.Payload) (crawler.Parsed, error) { return Parse(p) }

// Parse gives the record of a release: one dataset with the papers and trials
// that its rows name.
func Parse(p evidence.Payload) (crawler.Parsed, error) {
	p = answer.Hashed(p)
	t, err := read(p.Body)
	if err != nil {
		return crawler.Parsed{}, err
	}
	r := releaseOf(p.URL)
	text := []byte(strings.ReplaceAll(string(t.body), "\r\n", "\n"))
	id, version := r.of(text)
	rec := evidence.Record{ID: id, Source: SourceName, Kind: evidence.KindDataset, Prov: evidence.Provenance{PayloadSHA256: p.SHA256},
		ContentHash: answer.Sum(text), Version: version, Title: r.Name,
		Summary: fmt.Sprintf("%d comparisons of %d studies", len(t.Rows), t.studies())}
	if r.URL != "" {
		if !strings.HasPrefix(r.URL, "file:") {
			rec.URL = r.URL
		}
		rec.Documents = append(rec.Documents, evidence.Document{Type: "dataset", Label: strings.TrimSpace(r.Name + " " + r.Tag), URL: rec.URL,
			Filename: path.Base(strings.TrimPrefix(r.URL, "file:")), Size: int64(len(p.Body))})
	}
	if r.Licence != "" {
		rec.Documents = append(rec.Documents, evidence.Document{Type: "licence", Label: r.Licence})
	}
	seen := map[string]bool{}
	for _, row := range t.Rows {
		at := "row=" + strconv.Itoa(row.Number)
		if doi := strings.ToLower(row.Cell("doi")); doi != "" && !seen["doi:"+doi] {
			seen["doi:"+doi] = true
			rec.References = append(rec.References, evidence.Reference{DOI: doi, Type: "SOURCE", Citation: row.Cell("study"), Pointer: at +
				";column=doi"})
		}
		if id := row.Cell("registration_number"); id != "" && !seen[id] {
			seen[id] = true
			rec.SecondaryIDs = append(rec.SecondaryIDs, evidence.ID{Value: id, Type: "STUDY_REGISTRATION"})
		}
	}
	for _, h := range t.Header {
		if !known[h] {
			if rec.Unknown == nil {
				rec.Unknown = map[string]int{}
			}
			rec.Unknown[h] = len(t.Rows)
		}
	}
	out := crawler.Parsed{Records: []evidence.Record{rec}, Problems: t.Problems}
	answer.Stamp(&out, SourceName, p)
	return out, nil
}
