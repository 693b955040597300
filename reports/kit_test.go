package reports

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"past/internal/needtest"
)

// TestManuscript writes the kit in both forms: the numbers are those of the
// finding, and the picture is there by its name.
func TestManuscript(t *testing.T) {
	m, err := NewManuscript(fixtureEdition(t), "mdma-ptsd-severity")
	if err != nil {
		t.Fatal(err)
	}
	text, files := m.Markdown()
	for _, want := range []string{"## MDMA-assisted therapy and the severity of PTSD symptoms", "| Mitchell 2021 |",
		"−0.71\u00a0[−1.06,\u00a0−0.37]", "![Forest plot of 6\u00a0studies, 242\u00a0people.", "Alternative text: ", "### References",
		"https://doi.org/10.1038/s41591-021-01336-3"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the text lacks %q", want)
		}
	}
	if p := files["mdma-ptsd-severity-forest.png"]; len(p) < 20_000 || string(p[37:41]) != "pHYs" {
		t.Errorf("the picture has %d bytes, or no density", len(p))
	}
	var b bytes.Buffer
	if err := m.Docx(&b); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Mitchell 2021", "−0.71", "Summary of findings", "Forest plot of 6"} {
		if !strings.Contains(string(body), want) {
			t.Errorf("the document lacks %q", want)
		}
	}
	if _, err := NewManuscript(fixtureEdition(t), "no-such"); err == nil {
		t.Error("an unknown finding is no error")
	}
}

// TestLibreOfficeOpensTheManuscript converts the document to text.
func TestLibreOfficeOpensTheManuscript(t *testing.T) {
	office := needtest.Program(t, "soffice")
	m, err := NewManuscript(fixtureEdition(t), "mdma-ptsd-severity", "lsd-anxiety-in-illness")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "kit.docx")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Docx(f); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), office, "--headless", "-env:UserInstallation=file://"+filepath.Join(dir, "profile"),
		"--convert-to", "txt:Text (encoded):UTF8", "--outdir", dir, path)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(dir, "kit.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Characteristics of the studies", "Mithoefer 2011", "−0.71", "Alternative text"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("LibreOffice does not show %q", want)
		}
	}
}
