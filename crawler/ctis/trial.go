package ctis

import (
	"bytes"
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/drift"
	"past/crawler/jsontree"
	"past/crawler/xmltree"
	"past/internal/evidence"
)

//go:embed outline.txt
var outlineText string

var outline = drift.New(outlineText)

// Recognise reports whether a file is a saved trial, by its beginning.
func Recognise(_ string, head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n[")
	return bytes.HasPrefix(head, []byte("{")) && bytes.Contains(head, []byte(`"ctNumber"`)) ||
		bytes.Contains(head, []byte(`"ctrname": "CTIS"`)) || bytes.Contains(head, []byte(`"ctrname":"CTIS"`)) ||
		bytes.HasPrefix(head, []byte("{")) && bytes.Contains(head, []byte(`"authorizedPartI"`))
}

// Parse reads a trial, or a list of trials, in the current or the older shape.
func Parse(p evidence.Payload) (crawler.Parsed, error) {
	p = answer.Hashed(p)
	n, problems, err := answer.Document(p)
	if err != nil {
		return crawler.Parsed{}, err
	}
	out := crawler.Parsed{Problems: problems}
	trials, pointers := []*jsontree.Node{n}, []string{""}
	if n.Kind == jsontree.Array {
		trials, pointers = nil, nil
		items := n.Items()
		for i := range items {
			trials, pointers = append(trials, &items[i]), append(pointers, "/"+strconv.Itoa(i))
		}
	}
	var first error
	for i, t := range trials {
		rec, err := read(t, evidence.Provenance{PayloadSHA256: p.SHA256, Pointer: pointers[i]})
		if err == nil {
			out.Records = append(out.Records, rec)
			continue
		}
		if first == nil {
			first = err
		}
		out.Problems = append(out.Problems, evidence.Problem{Kind: answer.KindOf(err), Where: pointers[i], Message: err.Error()})
	}
	if len(out.Records) == 0 {
		if first == nil {
			first = &crawler.AnswerError{Kind: crawler.KindEmpty, Message: "a list without trials"}
		}
		return crawler.Parsed{}, first
	}
	out.Problems = append(out.Problems, drift.Problems(out.Records)...)
	answer.Stamp(&out, SourceName, p)
	return out, nil
}

type mapper struct {
	base     string // of the trial
	app      *jsontree.Node
	appAt    string // pointer of app
	problems []evidence.Problem
}

func (m *mapper) note(pointer, format string, args ...any) {
	m.problems = append(m.problems, evidence.Problem{Kind: crawler.KindBadValue, Where: pointer, Message: fmt.Sprintf(format, args...)})
}

func read(n *jsontree.Node, at evidence.Provenance) (evidence.Record, error) {
	switch {
	case n.Kind != jsontree.Object:
		return evidence.Record{}, &crawler.AnswerError{Kind: crawler.KindWrongShape, Where: at.Pointer,
			Message: fmt.Sprintf("a trial is an object, not %s", n.Kind)}
	case len(n.Kids) == 0:
		return evidence.Record{}, &crawler.AnswerError{Kind: crawler.KindEmpty, Where: at.Pointer,
			Message: "the register answered {}: it has no such trial"}
	}
	id, ok := CanonicalID(n.Get("ctNumber").Scalar())
	if !ok {
		return evidence.Record{}, &crawler.AnswerError{Kind: crawler.KindNoID, Where: at.Pointer + "/ctNumber",
			Message: fmt.Sprintf("%q is no EU CT number", n.Get("ctNumber").Scalar())}
	}
	m := &mapper{base: at.Pointer, app: n, appAt: at.Pointer}
	if a := n.Get("authorizedApplication"); a.Kind == jsontree.Object {
		m.app, m.appAt = a, at.Pointer+"/authorizedApplication"
	}
	rec := evidence.Record{ID: id, Source: SourceName, Kind: evidence.KindTrial, Prov: at,
		URL: "https://euclinicaltrials.eu/ctis-public/view/" + id, StudyType: "INTERVENTIONAL"}
	part := m.app.Get("authorizedPartI")
	if part.Kind != jsontree.Object {
		m.note(m.appAt+"/authorizedPartI", "the trial has no part I: only its status could be read")
	}
	m.titles(&rec, n, part)
	m.status(&rec, n)
	m.dates(&rec, n, part)
	m.design(&rec, part)
	m.people(&rec, part)
	m.places(&rec, part)
	m.products(&rec, part)
	m.outcomes(&rec, part)
	m.documents(&rec, n)
	rec.Unknown = outline.JSON(n)
	rec.ContentHash = answer.Sum(jsontree.Canonical(nil, n, func(path []string) bool {
		return len(path) == 1 && (path[0] == "record_last_import" || path[0] == "publishDate")
	}))
	for i := range m.problems {
		m.problems[i].Source, m.problems[i].RecordID, m.problems[i].SHA256 = SourceName, id, at.PayloadSHA256
	}
	rec.Problems = m.problems
	return rec, nil
}

// text gives a text without the markup and spaces that sponsors leave in it.
func text(n *jsontree.Node) string { return xmltree.Plain(n.Scalar()) }

func (m *mapper) titles(rec *evidence.Record, n, part *jsontree.Node) {
	ids := part.At("trialDetails", "clinicalTrialIdentifiers")
	rec.Title, rec.OfficialTitle, rec.Acronym = text(ids.Get("publicTitle")), text(ids.Get("fullTitle")), text(ids.Get("shortTitle"))
	if rec.OfficialTitle == "" {
		rec.OfficialTitle = text(n.Get("title"))
	}
	if rec.Title == "" {
		rec.Title = rec.OfficialTitle
	}
	rec.Summary = text(part.At("trialDetails", "trialInformation", "trialObjective", "mainObjective"))
	second := ids.Get("secondaryIdentifyingNumbers")
	for i := range second.Kids {
		k := &second.Kids[i]
		if num := k.Get("number").Scalar(); num != "" {
			m.id(rec, num, strings.TrimSuffix(k.Key, "Number"), "")
		}
		for j := range k.Items() {
			r := &k.Items()[j]
			m.id(rec, r.Get("number").Scalar(), "REGISTRY", r.Get("otherRegistryName").Scalar())
		}
	}
	for _, x := range []*jsontree.Node{m.app.At("eudraCt", "eudraCtCode"), n.At("eudraCtInfo", "eudraCtCode")} {
		if x.Scalar() != "" {
			m.id(rec, x.Scalar(), "EUDRACT_NUMBER", "")
			break
		}
	}
}

func (m *mapper) id(rec *evidence.Record, value, kind, domain string) {
	value = strings.TrimSpace(value)
	if value == "" {
		return
	}
	rec.SecondaryIDs = append(rec.SecondaryIDs, evidence.ID{Value: answer.OneID(value), Type: strings.ToUpper(kind), Domain: domain})
}

// dates: the start is the first in the EU; the end is estimated until the
// trial has ended.
func (m *mapper) dates(rec *evidence.Record, n, part *jsontree.Node) {
	day := func(n *jsontree.Node) string {
		raw := n.Scalar()
		if iso := isoDay(raw); iso != "" {
			return iso
		}
		return raw
	}
	d := part.At("trialDetails", "trialInformation", "trialDuration")
	rec.Start.Raw = day(n.Get("startDateEU"))
	if rec.Start.Raw == "" {
		rec.Start.Raw = day(n.Get("eeaStartDate"))
	}
	if rec.Start.Raw != "" {
		rec.Start.Type = "ACTUAL"
	} else if rec.Start.Raw = day(d.Get("estimatedRecruitmentStartDate")); rec.Start.Raw != "" {
		rec.Start.Type = "ESTIMATED"
	}
	if rec.Completion.Raw = day(n.Get("endDate")); rec.Completion.Raw != "" {
		rec.Completion.Type = "ACTUAL"
	} else {
		for _, k := range []string{"estimatedGlobalEndDate", "estimatedEndDate"} {
			if rec.Completion.Raw == "" {
				rec.Completion.Raw = day(d.Get(k))
			}
		}
		if rec.Completion.Raw != "" {
			rec.Completion.Type = "ESTIMATED"
		}
	}
	rec.LastUpdatePosted.Raw = day(n.Get("publishDate"))
	if rec.LastUpdatePosted.Raw == "" {
		rec.LastUpdatePosted.Raw = day(n.Get("lastUpdated"))
	}
	if apps := m.app.Get("applicationInfo").Items(); len(apps) > 0 {
		rec.FirstSubmitted.Raw = day(apps[0].Get("submissionDate"))
	} else {
		rec.FirstSubmitted.Raw = day(n.Get("submissionDate"))
	}
}
