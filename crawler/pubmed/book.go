package pubmed

import (
	"strings"

	"past/crawler/answer"
	"past/crawler/xmltree"
	"past/internal/evidence"
)

// book reads a PubmedBookArticle: a chapter or report of the NCBI Bookshelf.
func (m *mapper) book(rec *evidence.Record, n *xmltree.Node) error {
	d := n.Get("BookDocument")
	id, err := m.pmid(d.Get("PMID"), "/BookDocument/PMID")
	if err != nil {
		return err
	}
	pub := rec.Publication
	rec.ID, pub.PMID = "pmid:"+id, id
	rec.Version = d.Get("PMID").Attr("Version")
	b := d.Get("Book")
	pub.Title = d.Get("ArticleTitle").Text()
	pub.Journal = b.Get("BookTitle").Text()
	if pub.Title == "" {
		pub.Title, pub.Journal = pub.Journal, ""
	}
	if own := d.Get("VernacularTitle").Text(); own != "" && own != pub.Title {
		rec.OfficialTitle = own
	}
	if pub.Title == "" {
		m.note("/BookDocument/ArticleTitle", "the document has no title")
	}
	rec.Title = pub.Title
	pub.Volume = b.Get("Volume").Text()
	pub.Pages = pages(d.Get("Pagination"))
	pub.Published = ymd(d.Get("ContributionDate"))
	if pub.Published == "" {
		pub.Published, _ = published(b.Get("PubDate"))
	}
	if pub.Authors = authors(d.All("AuthorList")); len(pub.Authors) == 0 {
		pub.Authors = authors(b.All("AuthorList"))
	}
	for _, t := range d.All("PublicationType") {
		pub.Types = append(pub.Types, t.Text())
	}
	pub.Language = joined(d.All("Language"))
	m.ids(pub, d, n.At("PubmedBookData", "ArticleIdList"))
	m.ids(pub, d, d.Get("ArticleIdList"))
	pub.Abstract = abstractText(d.Get("Abstract"))
	rec.Summary = pub.Abstract
	for _, l := range d.All("KeywordList") {
		for _, k := range l.All("Keyword") {
			if t := k.Text(); t != "" {
				rec.Keywords = append(rec.Keywords, t)
			}
		}
	}
	rec.LastUpdatePosted = evidence.DateStruct{Raw: ymd(d.Get("DateRevised"))}
	for _, isbn := range b.All("Isbn") {
		rec.SecondaryIDs = append(rec.SecondaryIDs, evidence.ID{Value: strings.TrimSpace(isbn.Text()), Type: "ISBN"})
	}
	pub.TrialIDs = answer.Mentions(pub.TrialIDs, pub.Title, "title", m.base+"/BookDocument/ArticleTitle")
	pub.TrialIDs = answer.Mentions(pub.TrialIDs, pub.Abstract, "abstract", m.base+"/BookDocument/Abstract")
	return nil
}
