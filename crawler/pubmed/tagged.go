package pubmed

import (
	"bytes"
	"strconv"
	"strings"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/xmltree"
	"past/internal/evidence"
)

// RecogniseNBIB recognises PubMed's own text format, which its site saves as .nbib
// or "PubMed format".
func RecogniseNBIB(_ string, head []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(head, "\ufeff \t\r\n"), []byte("PMID-"))
}

// readNBIB reads records of tagged lines by writing each as the article of an
// XML answer, so that both formats give the same record.
func readNBIB(p evidence.Payload) (crawler.Parsed, error) {
	text, problems := answer.Text(p.Body)
	out := crawler.Parsed{Problems: problems}
	var first error
	blocks := 0
	for fields := range blocksOf(answer.TaggedLines(text)) {
		blocks++
		at := evidence.Provenance{PayloadSHA256: p.SHA256, Pointer: linePointer(fields[0].Line)}
		n := asArticle(fields)
		rec, err := readRecord(&n, at)
		if err != nil {
			if first == nil {
				first = err
			}
			out.Problems = append(out.Problems, evidence.Problem{Kind: answer.KindOf(err), Where: at.Pointer,
				Message: "a record that cannot be read: " + err.Error()})
			continue
		}
		rec.Unknown = nil
		for i := range rec.Publication.TrialIDs {
			m := &rec.Publication.TrialIDs[i]
			m.Pointer = lineOf(fields, m)
		}
		for i := range rec.Problems {
			pr := &rec.Problems[i]
			pr.Source, pr.RecordID, pr.SHA256, pr.Where = SourceName, rec.ID, p.SHA256, at.Pointer
		}
		out.Records = append(out.Records, rec)
	}
	answer.Stamp(&out, SourceName, p)
	if blocks == 1 && len(out.Records) == 0 {
		return out, first
	}
	return out, nil
}

// blocksOf gives the fields of each record; a record begins with PMID.
func blocksOf(fields []answer.Tagged) func(yield func([]answer.Tagged) bool) {
	return func(yield func([]answer.Tagged) bool) {
		start := -1
		for i, f := range fields {
			if f.Tag != "PMID" {
				continue
			}
			if start >= 0 && !yield(fields[start:i]) {
				return
			}
			start = i
		}
		if start >= 0 {
			yield(fields[start:])
		}
	}
}

func linePointer(n int) string { return "line=" + strconv.Itoa(n) }

// placeTags are the fields in which an article's mentions of trials stand.
var placeTags = map[string][]string{"databank": {"SI"}, "title": {"TI", "TT"}, "abstract": {"AB"}}

func lineOf(fields []answer.Tagged, m *evidence.TrialMention) string {
	for _, tag := range placeTags[m.Where] {
		for _, f := range fields {
			if f.Tag == tag && (m.Where != "databank" || strings.Contains(f.Value, m.ID)) {
				return linePointer(f.Line)
			}
		}
	}
	return linePointer(fields[0].Line)
}

func elem(name, text string, kids ...xmltree.Node) xmltree.Node {
	if text != "" {
		kids = append(kids, xmltree.Node{Data: text})
	}
	return xmltree.Node{Name: name, Kids: kids}
}

func withAttr(n xmltree.Node, name, value string) xmltree.Node {
	n.Attrs = append(n.Attrs, xmltree.Attr{Name: name, Value: value})
	return n
}

// nbibDate writes "20240131" and "2021/05/11 06:00" as the elements of a date.
func nbibDate(name, s string) xmltree.Node {
	digits := strings.NewReplacer("/", "", "-", "").Replace(s)
	n := elem(name, "")
	for _, part := range [...]struct {
		name     string
		from, to int
	}{{"Year", 0, 4}, {"Month", 4, 6}, {"Day", 6, 8}} {
		if len(digits) >= part.to {
			n.Kids = append(n.Kids, elem(part.name, digits[part.from:part.to]))
		}
	}
	return n
}

// corrections are the tags of related works by their type in XML.
var corrections = map[string]string{
	"RIN": "RetractionIn", "ROF": "RetractionOf", "EIN": "ErratumIn", "EFR": "ErratumFor", "CIN": "CommentIn", "CON": "CommentOn",
	"UIN": "UpdateIn",
	"UOF": "UpdateOf", "CRI": "CorrectedandRepublishedIn", "CRF": "CorrectedandRepublishedFrom", "ECI": "ExpressionOfConcernIn",
	"ECF":  "ExpressionOfConcernFor",
	"PRIN": "PartialRetractionIn", "RPI": "RepublishedIn", "RPF": "RepublishedFrom",
}

// asArticle writes the fields of a record as a PubmedArticle.
func asArticle(fields []answer.Tagged) xmltree.Node {
	citation, article, journal, issue := elem("MedlineCitation", ""), elem("Article", ""), elem("Journal", ""), elem("JournalIssue", "")
	authors, types, banks := elem("AuthorList", ""), elem("PublicationTypeList", ""), elem("DataBankList", "")
	mesh, keywords, related := elem("MeshHeadingList", ""), elem("KeywordList", ""), elem("CommentsCorrectionsList", "")
	ids, history := elem("ArticleIdList", ""), elem("History", "")
	add := func(n *xmltree.Node, k ...xmltree.Node) { n.Kids = append(n.Kids, k...) }
	full := 0
	for _, f := range fields {
		if f.Tag == "FAU" {
			full++
		}
	}
	for _, f := range fields {
		v := f.Value
		switch f.Tag {
		case "PMID":
			add(&citation, elem("PMID", v))
		case "LR":
			add(&citation, nbibDate("DateRevised", v))
		case "TI", "BTI":
			add(&article, elem("ArticleTitle", v))
		case "TT":
			add(&article, elem("VernacularTitle", v))
		case "AB":
			add(&article, elem("Abstract", "", elem("AbstractText", v)))
		case "OAB":
			add(&citation, elem("OtherAbstract", "", elem("AbstractText", v)))
		case "FAU":
			family, given, _ := strings.Cut(v, ", ")
			add(&authors, elem("Author", "", elem("LastName", family), elem("ForeName", given)))
		case "AU":
			if i := strings.LastIndexByte(v, ' '); full == 0 && i > 0 {
				add(&authors, elem("Author", "", elem("LastName", v[:i]), elem("Initials", v[i+1:])))
			}
		case "CN":
			add(&authors, elem("Author", "", elem("CollectiveName", v)))
		case "PT":
			add(&types, elem("PublicationType", v))
		case "LA":
			add(&article, elem("Language", v))
		case "JT":
			add(&journal, elem("Title", v))
		case "TA":
			add(&journal, elem("ISOAbbreviation", v))
		case "VI":
			add(&issue, elem("Volume", v))
		case "IP":
			add(&issue, elem("Issue", v))
		case "DP":
			add(&issue, elem("PubDate", "", elem("MedlineDate", v)))
		case "PG":
			add(&article, elem("Pagination", "", elem("MedlinePgn", v)))
		case "AID", "LID":
			if id, kind, ok := strings.Cut(v, " ["); ok {
				add(&ids, withAttr(elem("ArticleId", id), "IdType", strings.TrimSuffix(kind, "]")))
			}
		case "PMC":
			add(&ids, withAttr(elem("ArticleId", v), "IdType", "pmc"))
		case "SI":
			bank, acc, ok := strings.Cut(v, "/")
			list := elem("AccessionNumberList", "")
			if ok {
				add(&list, elem("AccessionNumber", acc))
			}
			add(&banks, elem("DataBank", "", elem("DataBankName", bank), list))
		case "MH":
			term, _, _ := strings.Cut(strings.TrimPrefix(v, "*"), "/")
			add(&mesh, elem("MeshHeading", "", elem("DescriptorName", strings.TrimPrefix(term, "*"))))
		case "OT":
			add(&keywords, elem("Keyword", strings.TrimPrefix(v, "*")))
		case "EDAT":
			add(&history, withAttr(nbibDate("PubMedPubDate", v), "PubStatus", "entrez"))
		default:
			if kind := corrections[f.Tag]; kind != "" {
				source, pmid, _ := strings.Cut(v, "PMID:")
				add(&related, withAttr(elem("CommentsCorrections", "", elem("RefSource", strings.TrimSpace(source)),
					elem("PMID", strings.TrimSpace(pmid))), "RefType", kind))
			}
		}
	}
	add(&journal, issue)
	add(&article, journal, authors, types, banks)
	add(&citation, article, mesh, keywords, related)
	return elem("PubmedArticle", "", citation, elem("PubmedData", "", ids, history))
}
