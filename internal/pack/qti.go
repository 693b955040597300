package pack

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
)

// The parts of IMS QTI 1.2 that a single-answer question needs; Canvas, Moodle and
// Blackboard import them from a content package.
type (
	qtiDoc struct {
		XMLName    xml.Name      `xml:"questestinterop"`
		XMLNS      string        `xml:"xmlns,attr"`
		Assessment qtiAssessment `xml:"assessment"`
	}
	qtiAssessment struct {
		Ident   string     `xml:"ident,attr"`
		Title   string     `xml:"title,attr"`
		Section qtiSection `xml:"section"`
	}
	qtiSection struct {
		Ident string    `xml:"ident,attr"`
		Items []qtiItem `xml:"item"`
	}
	qtiItem struct {
		Ident        string          `xml:"ident,attr"`
		Title        string          `xml:"title,attr"`
		Presentation qtiPresentation `xml:"presentation"`
		Processing   qtiProcessing   `xml:"resprocessing"`
		Feedback     qtiFeedback     `xml:"itemfeedback"`
	}
	qtiPresentation struct {
		Question qtiText     `xml:"material>mattext"`
		Response qtiResponse `xml:"response_lid"`
	}
	qtiText struct {
		Type string `xml:"texttype,attr"`
		Text string `xml:",chardata"`
	}
	qtiResponse struct {
		Ident       string     `xml:"ident,attr"`
		Cardinality string     `xml:"rcardinality,attr"`
		Labels      []qtiLabel `xml:"render_choice>response_label"`
	}
	qtiLabel struct {
		Ident string  `xml:"ident,attr"`
		Text  qtiText `xml:"material>mattext"`
	}
	qtiProcessing struct {
		Outcome   qtiOutcome   `xml:"outcomes>decvar"`
		Condition qtiCondition `xml:"respcondition"`
	}
	qtiOutcome struct {
		Max  string `xml:"maxvalue,attr"`
		Min  string `xml:"minvalue,attr"`
		Name string `xml:"varname,attr"`
		Type string `xml:"vartype,attr"`
	}
	qtiCondition struct {
		Continue string      `xml:"continue,attr"`
		Equal    qtiEqual    `xml:"conditionvar>varequal"`
		Set      qtiSet      `xml:"setvar"`
		Display  qtiFeedback `xml:"displayfeedback"`
	}
	qtiEqual struct {
		Ident string `xml:"respident,attr"`
		Value string `xml:",chardata"`
	}
	qtiSet struct {
		Action string `xml:"action,attr"`
		Name   string `xml:"varname,attr"`
		Value  string `xml:",chardata"`
	}
	qtiFeedback struct {
		Type  string   `xml:"feedbacktype,attr,omitempty"`
		Link  string   `xml:"linkrefid,attr,omitempty"`
		Ident string   `xml:"ident,attr,omitempty"`
		Text  *qtiText `xml:"flow_mat>material>mattext"`
	}
)

// QTI is the quiz of a domain as an IMS content package with QTI 1.2, which
// learning platforms import. The same domain gives the same bytes.
func QTI(d Domain) ([]byte, error) {
	doc := qtiDoc{XMLNS: "http://www.imsglobal.org/xsd/ims_qtiasiv1p2", Assessment: qtiAssessment{Ident: "past-" + d.ID, Title: "PAST: " +
		d.Name, Section: qtiSection{Ident: "root_section"}}}
	for n, it := range Items(d) {
		id := fmt.Sprintf("item%d", n+1)
		q := qtiItem{Ident: id, Title: it.ID, Presentation: qtiPresentation{Question: plainText(it.Question),
			Response: qtiResponse{Ident: "response1", Cardinality: "Single"}}}
		for i, c := range it.Choices {
			q.Presentation.Response.Labels = append(q.Presentation.Response.Labels, qtiLabel{Ident: fmt.Sprintf("c%d", i+1), Text: plainText(c)})
		}
		q.Processing = qtiProcessing{Outcome: qtiOutcome{Max: "100", Min: "0", Name: "SCORE", Type: "Decimal"},
			Condition: qtiCondition{Continue: "No", Equal: qtiEqual{Ident: "response1", Value: fmt.Sprintf("c%d", it.Right+1)},
				Set:     qtiSet{Action: "Set", Name: "SCORE", Value: "100"},
				Display: qtiFeedback{Type: "Response", Link: "why"}}}
		why := plainText(it.Why)
		q.Feedback = qtiFeedback{Ident: "why", Text: &why}
		doc.Assessment.Section.Items = append(doc.Assessment.Section.Items, q)
	}
	body, err := xml.MarshalIndent(doc, "", " ")
	if err != nil {
		return nil, fmt.Errorf("quiz of %s: %w", d.ID, err)
	}
	manifest := fmt.Sprintf(`%s<manifest identifier="past-%s" xmlns="http://www.imsglobal.org/xsd/imscp_v1p1">
 <metadata><schema>IMS Content</schema><schemaversion>1.1.3</schemaversion></metadata>
 <organizations/>
 <resources><resource identifier="quiz" type="imsqti_xmlv1p2" href="quiz.xml"><file href="quiz.xml"/></resource></resources>
</manifest>
`, xml.Header, d.ID)
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range []struct {
		name string
		body []byte
	}{{"imsmanifest.xml", []byte(manifest)}, {"quiz.xml", append([]byte(xml.Header), body...)}} {
		w, err := z.Create(f.name)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(f.body); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("quiz of %s: %w", d.ID, err)
	}
	return b.Bytes(), nil
}

func plainText(s string) qtiText { return qtiText{Type: "text/plain", Text: s} }
