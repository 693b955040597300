package pubmed

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/jsontree"
	"past/internal/ident"
)

// Probe implements crawler.Prober: the stamp is the build of the database.
func (s *Source) Probe(ctx context.Context, f crawler.Fetcher) (string, error) {
	res, err := s.ask(ctx, f, "/einfo.fcgi", s.params(url.Values{"retmode": {"json"}, "version": {"2.0"}}), "application/json", true)
	if err != nil {
		return "", err
	}
	n, err := answer.JSON(res.Body)
	if err != nil {
		return "", answer.WithPayload(err, &res)
	}
	info := n.At("einforesult", "dbinfo")
	if items := info.Items(); len(items) > 0 {
		info = &items[0]
	}
	build, at := info.Get("dbbuild").Scalar(), info.Get("lastupdate").Scalar()
	if info.Kind != jsontree.Object || build == "" && at == "" {
		return "", answer.Fault(&res, crawler.KindWrongShape, "einfo tells neither dbbuild nor lastupdate")
	}
	return strings.TrimSpace(build + " " + at), nil
}

// Landmark implements crawler.Landmarked.
func (s *Source) Landmark() string { return "pmid:37651119" }

// BatchSize implements crawler.Refresher.
func (s *Source) BatchSize() int { return s.batch }

// Refresh implements crawler.Refresher. Articles that do not come are asked
// for one by one before they count as gone.
func (s *Source) Refresh(ctx context.Context, f crawler.Fetcher, ids []string) (crawler.Page, error) {
	var page crawler.Page
	came, err := s.byID(ctx, f, ids, &page)
	if err != nil {
		return page, err
	}
	for _, id := range ids {
		if slices.Contains(came, id) {
			continue
		}
		again, err := s.byID(ctx, f, []string{id}, &page)
		if err != nil && !answer.NotThere(err) && !answer.BadRequest(err) {
			return page, err
		}
		if !slices.Contains(again, id) {
			page.Gone = append(page.Gone, id)
		}
	}
	return page, nil
}

// byID fetches articles by number. Answers without any article are not kept.
func (s *Source) byID(ctx context.Context, f crawler.Fetcher, ids []string, page *crawler.Page) ([]string, error) {
	v := s.params(url.Values{"id": {numbers(ids, ",")}, "retmode": {"xml"}})
	res, err := s.ask(ctx, f, "/efetch.fcgi", v, "text/xml", false)
	if err != nil {
		return nil, err
	}
	if msg := serverError(res.Body); msg != "" {
		return nil, answer.Fault(&res, crawler.KindWrongShape, "the server reports: %s", msg)
	}
	came, err := articleIDs(&res)
	if err != nil {
		return nil, err
	}
	if len(came) > 0 {
		page.Payloads = append(page.Payloads, res.Payload)
	}
	return came, nil
}

// Check implements crawler.Checker: one small search says which of the known
// articles PubMed still has, a second which were entered or revised since.
func (s *Source) Check(ctx context.Context, f crawler.Fetcher, known []crawler.Known, since time.Time) (stale, gone []string, err error) {
	ids := crawler.KnownIDs(known)
	if len(ids) == 0 {
		return nil, nil, nil
	}
	all := numbers(ids, "[uid] OR ") + "[uid]"
	there, err := s.numbersOf(ctx, f, all, len(ids))
	if err != nil {
		return nil, nil, err
	}
	from := since.UTC().Add(-overlap).Format("2006/01/02")
	changed, err := s.numbersOf(ctx, f, "("+all+") AND ("+from+":3000[edat] OR "+from+":3000[lr])", len(ids))
	if err != nil {
		return nil, nil, err
	}
	for _, id := range ids {
		n, ok := ident.PMID(id)
		switch {
		case !ok:
		case !slices.Contains(there, n):
			gone = append(gone, id)
		case slices.Contains(changed, n):
			stale = append(stale, id)
		}
	}
	return stale, gone, nil
}

func (s *Source) numbersOf(ctx context.Context, f crawler.Fetcher, term string, n int) ([]string, error) {
	v := s.params(url.Values{"term": {term}, "retmode": {"json"}, "retmax": {strconv.Itoa(n)}})
	res, err := s.ask(ctx, f, "/esearch.fcgi", v, "application/json", true)
	if err != nil {
		return nil, err
	}
	r, err := readSearch(res.Body)
	if err != nil {
		return nil, answer.WithPayload(err, &res)
	}
	if len(r.ids) != r.count && r.count <= n {
		return nil, answer.Fault(&res, crawler.KindMissing, "esearch counts %d articles and names %d", r.count, len(r.ids))
	}
	return r.ids, nil
}

func numbers(ids []string, sep string) string {
	var out []string
	for _, id := range ids {
		if n, ok := ident.PMID(id); ok {
			out = append(out, n)
		}
	}
	return strings.Join(out, sep)
}
