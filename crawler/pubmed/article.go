package pubmed

import (
	"slices"
	"strconv"
	"strings"

	"past/crawler/answer"
	"past/crawler/xmltree"
	"past/internal/evidence"
	"past/internal/ident"
)

// article reads a PubmedArticle.
func (m *mapper) article(rec *evidence.Record, n *xmltree.Node) error {
	c := n.Get("MedlineCitation")
	id, err := m.pmid(c.Get("PMID"), "/MedlineCitation/PMID")
	if err != nil {
		return err
	}
	pub := rec.Publication
	rec.ID, pub.PMID = "pmid:"+id, id
	rec.Version = c.Get("PMID").Attr("Version")
	a := c.Get("Article")

	m.titles(rec, a)
	m.journal(pub, a)
	pub.Authors = authors(a.All("AuthorList"))
	for _, t := range a.At("PublicationTypeList").All("PublicationType") {
		pub.Types = append(pub.Types, t.Text())
	}
	pub.Language = joined(a.All("Language"))
	m.ids(pub, a, n.At("PubmedData", "ArticleIdList"))
	m.abstract(rec, c, a)
	m.terms(rec, c)
	m.databanks(rec, a)
	m.related(pub, c)
	rec.Title = pub.Title
	rec.LastUpdatePosted = evidence.DateStruct{Raw: ymd(c.Get("DateRevised"))}
	rec.FirstPosted = evidence.DateStruct{Raw: history(n.At("PubmedData", "History"), "entrez", "pubmed")}
	pub.TrialIDs = answer.Mentions(pub.TrialIDs, pub.Title, "title", m.base+"/MedlineCitation/Article/ArticleTitle")
	pub.TrialIDs = answer.Mentions(pub.TrialIDs, pub.Abstract, "abstract", m.base+"/MedlineCitation/Article/Abstract")
	pub.Preprint = pub.Preprint || slices.Contains(pub.Types, "Preprint")
	return nil
}

// titles takes the English title and, where there is none or beside it, the
// vernacular one. "[Not Available]." is PubMed's word for no English title.
func (m *mapper) titles(rec *evidence.Record, a *xmltree.Node) {
	title, own := a.Get("ArticleTitle").Text(), a.Get("VernacularTitle").Text()
	if title == "" || strings.EqualFold(strings.Trim(title, "[]. "), "not available") {
		title = own
	}
	rec.Publication.Title = title
	if own != "" && own != title {
		rec.OfficialTitle = own
	}
	if title == "" {
		m.note("/MedlineCitation/Article/ArticleTitle", "the article has no title")
	}
}

func (m *mapper) journal(pub *evidence.Publication, a *xmltree.Node) {
	j := a.Get("Journal")
	pub.Journal = j.Get("Title").Text()
	if pub.Journal == "" {
		pub.Journal = j.Get("ISOAbbreviation").Text()
	}
	issue := j.Get("JournalIssue")
	pub.Volume, pub.Issue = issue.Get("Volume").Text(), issue.Get("Issue").Text()
	pub.Pages = pages(a.Get("Pagination"))
	var ok bool
	if pub.Published, ok = published(issue.Get("PubDate")); !ok && len(issue.Get("PubDate").Kids) > 0 {
		m.note("/MedlineCitation/Article/Journal/JournalIssue/PubDate", "no date can be read from %q", issue.Get("PubDate").Text())
	}
	if pub.Published == "" {
		for _, d := range a.All("ArticleDate") {
			if pub.Published = ymd(d); pub.Published != "" {
				break
			}
		}
	}
}

func pages(p *xmltree.Node) string {
	if s := p.Get("MedlinePgn").Text(); s != "" {
		return s
	}
	from, to := p.Get("StartPage").Text(), p.Get("EndPage").Text()
	if to != "" && to != from {
		return from + "-" + to
	}
	return from
}

func authors(lists []*xmltree.Node) []evidence.Author {
	var out []evidence.Author
	for _, l := range lists {
		if strings.EqualFold(l.Attr("Type"), "editors") {
			continue
		}
		for _, a := range l.All("Author") {
			if a.Attr("ValidYN") == "N" {
				continue // a misspelt name, kept beside its correction
			}
			w := evidence.Author{Family: a.Get("LastName").Text(), Given: a.Get("ForeName").Text(), Collective: a.Get("CollectiveName").Text()}
			if w.Given == "" {
				w.Given = strings.TrimSpace(a.Get("FirstName").Text() + " " + a.Get("MiddleName").Text())
			}
			if w.Given == "" {
				w.Given = a.Get("Initials").Text()
			}
			if s := a.Get("Suffix").Text(); s != "" && w.Family != "" {
				w.Family += " " + s
			}
			if w != (evidence.Author{}) {
				out = append(out, w)
			}
		}
	}
	return out
}

// ids takes the DOI and PMC number from the article's own lists, never from
// those of its references.
func (m *mapper) ids(pub *evidence.Publication, a, list *xmltree.Node) {
	for _, id := range list.All("ArticleId") {
		v := id.Text()
		switch strings.ToLower(id.Attr("IdType")) {
		case "doi":
			pub.DOI = first(pub.DOI, strings.ToLower(v))
		case "pmc":
			if v != "" && !strings.HasPrefix(strings.ToUpper(v), "PMC") {
				v = "PMC" + v
			}
			pub.PMCID = first(pub.PMCID, strings.ToUpper(v))
		}
	}
	for _, e := range a.All("ELocationID") {
		if e.Attr("ValidYN") == "N" {
			continue
		}
		switch strings.ToLower(e.Attr("EIdType")) {
		case "doi":
			pub.DOI = first(pub.DOI, strings.ToLower(e.Text()))
		case "pii":
			if pub.Pages == "" {
				pub.Pages = e.Text()
			}
		}
	}
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// abstract joins the parts of an abstract, each labelled part on a line of its
// own with its label. Abstracts in other languages or by others follow only
// when there is none of the article's own.
func (m *mapper) abstract(rec *evidence.Record, c, a *xmltree.Node) {
	text := abstractText(a.Get("Abstract"))
	if text == "" {
		for _, o := range c.All("OtherAbstract") {
			if text = abstractText(o); text != "" {
				break
			}
		}
	}
	rec.Publication.Abstract, rec.Summary = text, text
}

func abstractText(n *xmltree.Node) string {
	var parts []string
	for _, t := range n.All("AbstractText") {
		text, label := t.Text(), strings.TrimSpace(t.Attr("Label"))
		switch {
		case text == "":
		case label == "" || strings.EqualFold(label, "unlabelled"):
			parts = append(parts, text)
		default:
			parts = append(parts, strings.TrimSuffix(label, ":")+": "+text)
		}
	}
	return strings.Join(parts, "\n")
}

func (m *mapper) terms(rec *evidence.Record, c *xmltree.Node) {
	var headings, keywords answer.Once
	for _, h := range c.At("MeshHeadingList").All("MeshHeading") {
		if t := h.Get("DescriptorName").Text(); headings.First(t) {
			rec.MeshTerms = append(rec.MeshTerms, t)
		}
	}
	for _, l := range c.All("KeywordList") {
		for _, k := range l.All("Keyword") {
			if t := k.Text(); keywords.First(t) {
				rec.Keywords = append(rec.Keywords, t)
			}
		}
	}
}

// trialBanks are the data banks of PubMed that are registers of trials.
var trialBanks = []string{"ClinicalTrials.gov", "ISRCTN", "EudraCT", "ANZCTR", "DRKS", "UMIN-CTR", "UMIN CTR", "JPRN-UMIN", "JapicCTI",
	"JMACCT", "jRCT",
	"ChiCTR", "CTRI", "CRiS", "IRCT", "PACTR", "ReBec", "RPCEC", "NTR", "TCTR", "SLCTR", "REPEC", "EUCTR", "CTIS"}

// databanks reads the register ids of the data bank list. Ids of other data
// banks (sequences, structures) are secondary ids of the record.
func (m *mapper) databanks(rec *evidence.Record, a *xmltree.Node) {
	for i, b := range a.At("DataBankList").All("DataBank") {
		name := b.Get("DataBankName").Text()
		for k, acc := range b.At("AccessionNumberList").All("AccessionNumber") {
			raw := acc.Text()
			if raw == "" {
				continue
			}
			at := m.base + "/MedlineCitation/Article/DataBankList/DataBank[" + strconv.Itoa(i+1) + "]/AccessionNumberList/AccessionNumber[" +
				strconv.Itoa(k+1) + "]"
			if isTrialBank(name) || len(ident.Find(raw)) > 0 {
				rec.Publication.TrialIDs = answer.Registrations(rec.Publication.TrialIDs, raw, at)
			}
			rec.SecondaryIDs = append(rec.SecondaryIDs, evidence.ID{Value: raw, Type: "DATABANK", Domain: name})
		}
	}
}

func isTrialBank(name string) bool {
	for _, b := range trialBanks {
		if strings.EqualFold(b, name) {
			return true
		}
	}
	return false
}

// related reads corrections, retractions, comments and versions. Cited papers
// (RefType Cites) are not among them: they belong to the text.
func (m *mapper) related(pub *evidence.Publication, c *xmltree.Node) {
	for _, r := range c.At("CommentsCorrectionsList").All("CommentsCorrections") {
		kind := r.Attr("RefType")
		if strings.EqualFold(kind, "Cites") || kind == "" && r.Get("PMID").Text() == "" && r.Get("RefSource").Text() == "" {
			continue
		}
		w := evidence.RelatedWork{Type: kind, Label: r.Get("RefSource").Text(), Note: r.Get("Note").Text()}
		w.PMID, _ = ident.PMID(r.Get("PMID").Text())
		w.DOI = ident.OneDOI(w.Label)
		pub.Related = append(pub.Related, w)
		if kind == "RetractionIn" {
			pub.Retracted = true
		}
	}
	if slices.Contains(pub.Types, "Retracted Publication") {
		pub.Retracted = true
	}
}

func joined(ns []*xmltree.Node) string {
	var out []string
	for _, n := range ns {
		if t := n.Text(); t != "" {
			out = append(out, t)
		}
	}
	return strings.Join(out, ", ")
}
