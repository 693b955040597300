package pubmed

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"past/crawler"
	"past/crawler/frame"
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
	return sourcetest.Entry{ID: "pmid:" + strconv.Itoa(id), Words: "psilocybin placebo", Body: []byte(body),
		Updated: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)}
}

func question() crawler.QuestionSet {
	return crawler.QuestionSet{Substances: []crawler.Concept{{ID: "psilocybin", Terms: []string{"psilocybin"}}}}
}

func testSource() *frame.Search {
	s := New(Asker{})
	s.Get.Size, s.Batch = perPage, perPage
	return s
}

func TestSource(t *testing.T) {
	sourcetest.Run(t, sourcetest.Subject{Source: testSource(), Question: question(), Entry: entry, Probe: "einfo.fcgi", PerPage: perPage})
}
