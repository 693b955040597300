package euctr

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"past/crawler"
	"past/crawler/answer"
	"past/internal/evidence"
)

// After the protocols of a query come the results of those of its trials that
// have some: the register is asked for the same query with its filter for
// results, and then for one archive a trial.

const (
	// resultsOnly is the register's filter for trials with results.
	resultsOnly = "trials-with-results"
	// archivesAtOnce is how many archives are asked for in one unit.
	archivesAtOnce = 5
	// archiveTries is how often an archive is asked for that comes broken.
	archiveTries = 3
)

// resultCursor is where the results of a query stand:
// "results/TRIALS[/PAGE/WITH[:NUMBER,…]]". TRIALS is how many the query finds,
// WITH how many of them have results; the numbers are those of the page whose
// archives are still to be asked for.
type resultCursor struct {
	trials, page, with int
	numbers            []string
}

const resultsBegin = "results/"

func (c resultCursor) String() string {
	s := resultsBegin + strconv.Itoa(c.trials)
	if c.page > 0 {
		s += "/" + strconv.Itoa(c.page) + "/" + strconv.Itoa(c.with)
	}
	if len(c.numbers) > 0 {
		s += ":" + strings.Join(c.numbers, ",")
	}
	return s
}

func readResultCursor(s string) (c resultCursor, ok bool) {
	rest, ok := strings.CutPrefix(s, resultsBegin)
	if !ok {
		return c, false
	}
	rest, list, _ := strings.Cut(rest, ":")
	into := []*int{&c.trials, &c.page, &c.with}
	parts := strings.Split(rest, "/")
	if len(parts) != 1 && len(parts) != 3 {
		return c, false
	}
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil || n < 1 {
			return c, false
		}
		*into[i] = n
	}
	if list != "" {
		c.numbers = strings.Split(list, ",")
	}
	for _, n := range c.numbers {
		if !eudractNumber.MatchString(n) {
			return c, false
		}
	}
	return c, len(c.numbers) == 0 || c.page > 0
}

// resultPage takes the next step with the results of a query: it counts the
// trials that have some, reads a page of them, or asks for archives.
func (s *Source) resultPage(ctx context.Context, f crawler.Fetcher, q crawler.Query, cursor string) (crawler.Page, error) {
	c, ok := readResultCursor(cursor)
	if !ok {
		return crawler.Page{}, fmt.Errorf("cursor %q is not of this source: %w", cursor, crawler.ErrCursorExpired)
	}
	switch {
	case c.page == 0:
		n, _, err := s.count(ctx, f, q.URL+"&resultsstatus="+resultsOnly)
		if err != nil || n == 0 {
			return crawler.Page{}, answer.Refused(err, false)
		}
		c.page, c.with = 1, n
		return crawler.Page{Next: c.String()}, nil
	case len(c.numbers) == 0:
		v := url.Values{"query": {q.Text}, "page": {strconv.Itoa(c.page)}, "mode": {"current_page"}, "resultsstatus": {resultsOnly}}
		_, ids, err := s.text(ctx, f, "/rest/download/full?"+v.Encode(), true)
		if err != nil {
			return crawler.Page{}, answer.Refused(err, false)
		}
		c.numbers = stems(ids)
		return crawler.Page{Next: c.String()}, nil
	}
	now := c.numbers[:min(archivesAtOnce, len(c.numbers))]
	page, err := s.archives(ctx, f, now, c.with < c.trials)
	if err != nil {
		return crawler.Page{}, err
	}
	c.numbers = c.numbers[len(now):]
	switch {
	case len(c.numbers) > 0:
		page.Next = c.String()
	case c.page*s.size < c.with:
		c.page++
		page.Next = c.String()
	}
	return page, nil
}

// archives asks for the results of trials. One that cannot be used is kept
// aside and the others go on. That there is none is reported only where the
// register said that there is one: a mirror may not know its filter.
func (s *Source) archives(ctx context.Context, f crawler.Fetcher, numbers []string, said bool) (crawler.Page, error) {
	var page crawler.Page
	for _, number := range numbers {
		res, err := s.archive(ctx, f, number)
		var bad *crawler.AnswerError
		switch {
		case answer.NotThere(err):
			if said {
				page.Problems = append(page.Problems, evidence.Problem{Kind: crawler.KindMissing, RecordID: number, Where: s.archiveURL(number),
					Message: "the register lists the trial among those with results and has none"})
			}
		case errors.As(err, &bad):
			p := evidence.Problem{Kind: bad.Kind, RecordID: number, Where: s.archiveURL(number), Message: bad.Message}
			if bad.Payload != nil {
				p.SHA256 = bad.Payload.SHA256
			}
			page.Problems = append(page.Problems, p)
		case err != nil:
			return page, err
		default:
			page.Hits = append(page.Hits, number)
			if !res.NotModified {
				page.Payloads = append(page.Payloads, res.Payload)
			}
		}
	}
	return page, nil
}

func (s *Source) archiveURL(number string) string {
	return s.at + "/rest/download/result/zip/xml/" + number
}

// archive asks for the results of a trial and gives their XML as the payload:
// the archive around it is packed again for each visitor. An error about an
// answer comes after several tries.
func (s *Source) archive(ctx context.Context, f crawler.Fetcher, number string) (crawler.Response, error) {
	for try := 1; ; try++ {
		res, err := f.Do(ctx, crawler.Request{Source: SourceName, URL: s.archiveURL(number), Conditional: true})
		if err != nil || res.NotModified {
			return res, err
		}
		if err = unpack(&res, number); err == nil || try == archiveTries {
			return res, err
		}
	}
}

// unpack puts the XML in the place of its archive, and holds it to the trial
// that was asked for.
func unpack(res *crawler.Response, number string) error {
	text := strings.TrimSpace(string(res.Body[:min(len(res.Body), 64)]))
	switch {
	case text == "":
		return answer.Fault(res, crawler.KindEmpty, "the answer is empty, wanted an archive of results")
	case text[0] == '<':
		return answer.Fault(res, crawler.KindHTML, "a page for people instead of an archive of results")
	case !IsArchive(res.Body):
		return answer.Fault(res, crawler.KindWrongType, "no archive: it begins with %s", answer.Start(res.Body))
	}
	body, _, err := Unpack(res.Body)
	if err != nil {
		return answer.WithPayload(err, res)
	}
	p := evidence.Payload{Source: SourceName, Body: body}
	parsed, err := resultRecords.Parse(p)
	switch {
	case err != nil: // it is kept; what is wrong with it is told when it is read
	case len(parsed.Records) == 1 && parsed.Records[0].ID != number:
		return answer.Fault(res, crawler.KindWrongShape, "asked for the results of %s, the archive holds those of %s", number,
			parsed.Records[0].ID)
	}
	res.Body, res.SHA256, res.RecordID, res.MediaType = body, answer.Sum(body), number, "application/xml"
	return nil
}
