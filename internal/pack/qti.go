package pack

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"text/template"
)

var quizTemplates = template.Must(template.New("").Funcs(template.FuncMap{"inc": func(n int) int { return n + 1 },
	"x": func(s string) (string, error) {
		var b strings.Builder
		err := xml.EscapeText(&b, []byte(s))
		return b.String(), err
	}}).ParseFS(files, "templates/quiz.xml.tmpl"))

// QTI is the quiz of a domain as an IMS content package with QTI 1.2, which
// learning platforms import. The same domain gives the same bytes.
func QTI(d Domain) ([]byte, error) {
	data := struct {
		ID, Name string
		Items    []Item
	}{d.ID, d.Name, Items(d)}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range []struct{ name, template string }{{"imsmanifest.xml", "manifest"}, {"quiz.xml", "quiz"}} {
		w, err := z.Create(f.name)
		if err != nil {
			return nil, err
		}
		if err := quizTemplates.ExecuteTemplate(w, f.template, data); err != nil {
			return nil, fmt.Errorf("quiz of %s: %w", d.ID, err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("quiz of %s: %w", d.ID, err)
	}
	return b.Bytes(), nil
}
