package check

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"

	"past/crawler/charset"
	"past/internal/text"
	"past/internal/wholefile"
)

// The limits on what is read.
const (
	maxFile     = 32 << 20 // bytes of a file on disk
	maxUnpacked = 64 << 20 // bytes of a Word file's parts together
	maxParts    = 4096     // files within a Word file
)

// Source is a document as text: what a reader sees, with link targets and
// markers, one "\n" per line of the file (per paragraph of a Word file).
type Source struct {
	Name string
	Text string
	// Kind is markdown, html, docx or plain.
	Kind string
	// Notes say what was lost on reading.
	Notes []string
}

// Empty reports whether there is no text in it that a reader sees; a ¶ is the mark
// of a block's end.
func (s Source) Empty() bool {
	return !strings.ContainsFunc(invisible.Replace(s.Text), func(r rune) bool {
		return unicode.IsGraphic(r) && !unicode.IsSpace(r) && r != '¶'
	})
}

// Extensions of the files that are read from a folder.
var Extensions = []string{".md", ".markdown", ".qmd", ".rmd", ".txt", ".text", ".rst", ".html", ".htm", ".xhtml", ".docx"}

// Files lists the documents of the given files and folders, sorted, each once;
// links are followed. A folder's hidden parts and other kinds of file are left
// out and counted.
func Files(paths []string) (files []string, left int, err error) {
	w := walker{seen: map[string]bool{}}
	for _, p := range paths {
		if err := w.walk(p, true); err != nil {
			return nil, 0, fmt.Errorf("check: %w", err)
		}
	}
	slices.Sort(w.files)
	return slices.Compact(w.files), w.left, nil
}

type walker struct {
	files []string
	left  int
	seen  map[string]bool // folders, by where their links lead
}

func (w *walker) walk(path string, named bool) error {
	info, err := os.Stat(path)
	if err != nil {
		if named {
			return err
		}
		w.left++ // a link that leads nowhere
		return nil
	}
	if !info.IsDir() {
		if named || info.Mode().IsRegular() && slices.Contains(Extensions, strings.ToLower(filepath.Ext(path))) {
			w.files = append(w.files, path)
		} else {
			w.left++
		}
		return nil
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil || w.seen[real] {
		return err
	}
	w.seen[real] = true
	entries, err := os.ReadDir(path)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if err := w.walk(filepath.Join(path, e.Name()), false); err != nil {
			return err
		}
	}
	return nil
}

// ReadFile reads a document from disk.
func ReadFile(name string) (Source, error) {
	b, err := wholefile.Read(name, maxFile)
	if err != nil {
		return Source{}, err
	}
	return Read(name, b)
}

// Read reads a document; its kind follows from the name, and a Word file is
// known by its first bytes too.
func Read(name string, b []byte) (Source, error) {
	s := Source{Name: name, Kind: kindOf(name, b)}
	if len(b) > maxFile {
		return s, fmt.Errorf("%s: larger than %d MiB; not read", name, maxFile>>20)
	}
	if why := refused(b); why != "" {
		return s, fmt.Errorf("%s: %s; save it as .docx, .md, .html or .txt", name, why)
	}
	if s.Kind == "docx" {
		text, err := docxText(b)
		if err != nil {
			return s, fmt.Errorf("%s: %w", name, err)
		}
		s.Text = plainSpaces(invisible.Replace(text))
		return s, nil
	}
	text := decode(b, &s)
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	if s.Kind == "html" {
		text = htmlText(text)
	}
	s.Text = plainSpaces(text)
	switch s.Kind {
	case "markdown":
		s.Text = plainMarks(s.Text)
	case "plain":
		s.Text = plainEscapes(s.Text)
	}
	return s, nil
}

// wideSpaces are the spaces of typography, each with as many plain spaces as it
// has bytes: offsets stay.
var wideSpaces = strings.NewReplacer("\u00a0", "  ", "\u202f", "   ", "\u2009", "   ", "\u2007", "   ", "\u2002", "   ", "\u2003", "   ",
	"\u200a", "   ", "\u2008", "   ")

func plainSpaces(s string) string { return wideSpaces.Replace(s) }

// entity is a character that Markdown passes on to HTML, escape what it and LaTeX
// write before a sign.
var (
	entity = regexp.MustCompile(`&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});`)
	escape = regexp.MustCompile(`\\[%,;&$#]`)
)

// emphasis are marks of emphasis and code around words and numbers.
var emphasis = regexp.MustCompile("[*`]+|(?:^|[\\s(\\[])_+|_+(?:[\\s)\\].,;:]|$)")

// plainEscapes writes the signs that Markdown and LaTeX escape, with a space for the
// backslash, and spaces for the thin ones of LaTeX.
func plainEscapes(s string) string {
	return escape.ReplaceAllStringFunc(s, func(m string) string {
		if m[1] == '%' || m[1] == '&' {
			return " " + m[1:]
		}
		return "  "
	})
}

// plainMarks writes spaces for marks of emphasis and the characters of entities and
// escapes with spaces before them: offsets stay.
func plainMarks(s string) string {
	s = entity.ReplaceAllStringFunc(s, func(m string) string {
		c := html.UnescapeString(m)
		if c == m {
			return m
		}
		c = plainSpaces(c)
		return strings.Repeat(" ", max(0, len(m)-len(c))) + c
	})
	s = plainEscapes(s)
	return emphasis.ReplaceAllStringFunc(s, func(m string) string {
		return strings.NewReplacer("*", " ", "`", " ", "_", " ").Replace(m)
	})
}

var (
	minusWord = regexp.MustCompile(`(?i)\b(minus )(\s*[0-9.,])`)
	minusSign = "   −" // as long as the word with its space
)

// digits writes numbers of several words and the word minus as signs and digits,
// with spaces for what is left over: offsets stay.
func digits(s string) string {
	s = fullWidth.ReplaceAllStringFunc(s, func(n string) string {
		ascii := narrow.Replace(n)
		return strings.Repeat(" ", len(n)-len(ascii)) + ascii
	})
	for _, m := range percentWord.FindAllStringSubmatchIndex(s, -1) {
		if compound.MatchString(s[max(0, m[2]-12):m[2]]) {
			continue // the last word of "seventy-seven percent"
		}
		x, _ := text.NumberWord(s[m[2]:m[3]])
		d := strconv.Itoa(int(x))
		s = s[:m[2]] + strings.Repeat(" ", m[3]-m[2]-len(d)) + d + s[m[3]:]
	}
	var b strings.Builder
	last := 0
	for _, n := range text.SpelledNumbers(s) {
		b.WriteString(s[last:n.From] + strings.Repeat(" ", n.To-n.From-len(n.Digits)) + n.Digits)
		last = n.To
	}
	b.WriteString(s[last:])
	return minusWord.ReplaceAllString(b.String(), minusSign+"$2")
}

var (
	// fullWidth are numbers in the wide forms of East Asian text.
	fullWidth = regexp.MustCompile(`[-−–+]?[０-９][０-９．，]*[％]?`)
	narrow    = strings.NewReplacer("０", "0", "１", "1", "２", "2", "３", "3", "４", "4", "５", "5", "６", "6", "７", "7", "８",
		"8", "９", "9",
		"．", ".", "，", ",", "％", "%")
	// percentWord is a number of one word before a percentage or a hundred.
	percentWord = regexp.MustCompile(`(?i)\b(` + strings.Join(text.NumberWords(), "|") +
		`)(?:\s+(?:per\s?cent|%|(?:out\s+)?of\s+(?:every\s+)?` +
		`(?:100|a\s+hundred|one\s+hundred)))\b`)
)

// invisible characters that Word leaves within words and numbers.
var invisible = strings.NewReplacer("\u00ad", "", "\u200b", "", "\u200c", "", "\u200d", "", "\u2060", "", "\ufeff", "")

// refused says what a file is that cannot be read as text, by its first bytes; ""
// for the others. Reading it as text would find no number and report none.
func refused(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("%PDF-")):
		return "a PDF is not read"
	case bytes.HasPrefix(b, []byte("\xd0\xcf\x11\xe0")):
		return "an old or encrypted Office file is not read"
	case bytes.HasPrefix(bytes.TrimSpace(b[:min(len(b), 64)]), []byte(`{\rtf`)):
		return "a rich text file (RTF) is not read"
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		if bytes.Contains(b[:min(len(b), 200)], []byte("opendocument")) {
			return "an OpenDocument file is not read"
		}
	case bytes.IndexByte(b, 0) >= 0:
		if e, _ := charset.EncodingOf(b); e != charset.UTF16LE && e != charset.UTF16BE {
			return "it is not text"
		}
	}
	return ""
}

func kindOf(name string, b []byte) string {
	if bytes.HasPrefix(b, []byte("PK\x03\x04")) {
		return "docx"
	}
	switch strings.ToLower(filepath.Ext(name)) {
	case ".html", ".htm", ".xhtml":
		return "html"
	case ".docx":
		return "docx"
	case ".md", ".markdown", ".qmd", ".rmd":
		return "markdown"
	}
	return "plain"
}

// decode reads the encodings that programs save text in.
func decode(b []byte, s *Source) string {
	if e, _ := charset.EncodingOf(b); e == charset.Windows1252 {
		s.Notes = append(s.Notes, "the file is not UTF-8; it was read as Windows-1252")
	}
	text := charset.Text(b)
	if !utf8.Valid(text) {
		s.Notes = append(s.Notes, "the file is not UTF-8 throughout; bytes that could not be read were replaced")
	}
	return strings.ToValidUTF8(strings.TrimPrefix(string(text), "\ufeff"), "\ufffd")
}

// htmlText is what a reader sees, link targets after the link, our markers in
// place, and every line break of the file kept so that lines can be counted.
func htmlText(src string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(src))
	z.SetMaxBuf(maxFile)
	hidden, depth, raised := "", 0, false // the element that no reader sees, and how many of its name are open
	for {
		kind := z.Next()
		raw := string(z.Raw())
		lines := strings.Repeat("\n", strings.Count(raw, "\n"))
		switch kind {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			if hidden != "" {
				b.WriteString(lines)
			} else if raised {
				b.WriteString(superscript.Replace(html.UnescapeString(raw)))
			} else {
				b.WriteString(html.UnescapeString(raw))
			}
		case html.CommentToken:
			if marker.MatchString(raw) || markerEnd.MatchString(raw) {
				b.WriteString(raw)
			} else {
				b.WriteString(lines)
			}
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			t := z.Token()
			switch {
			case hidden == "" && kind == html.StartTagToken && unseen(t):
				hidden, depth = t.Data, 1
			case hidden == t.Data && kind == html.StartTagToken:
				depth++
			case hidden == t.Data && kind == html.EndTagToken:
				if depth--; depth == 0 {
					hidden = ""
				}
			}
			if t.Data == "sup" {
				raised = kind == html.StartTagToken
			}
			if hidden == "" {
				b.WriteString(tagText(t, kind))
			}
			b.WriteString(lines)
		default:
			b.WriteString(lines)
		}
	}
}

var noDisplay = regexp.MustCompile(`(?i)display\s*:\s*none|visibility\s*:\s*hidden`)

// unseen reports whether a reader does not see what an element holds: a script, text
// that was deleted or struck out, and what is hidden.
func unseen(t html.Token) bool {
	switch t.Data {
	case "script", "style", "del", "s", "strike", "template":
		return true
	case "span", "div":
		return slices.ContainsFunc(t.Attr, func(a html.Attribute) bool {
			return a.Key == "hidden" || a.Key == "style" && noDisplay.MatchString(a.Val)
		})
	}
	return false
}

func tagText(t html.Token, kind html.TokenType) string {
	if kind == html.EndTagToken {
		if blocks[t.Data] {
			return " ¶ "
		}
		return ""
	}
	for _, a := range t.Attr {
		if (a.Key == "href" || a.Key == "cite" || a.Key == "data-cites") && a.Val != "" {
			val := a.Val
			if a.Key == "data-cites" {
				val = "@" + strings.Join(strings.Fields(val), " @")
			}
			return " " + strings.ReplaceAll(val, "\n", " ") + " "
		}
	}
	if t.Data == "br" {
		return " "
	}
	return ""
}

var blocks = map[string]bool{"p": true, "li": true, "td": true, "th": true, "h1": true, "h2": true, "h3": true, "h4": true, "h5": true,
	"h6": true, "div": true, "blockquote": true, "dd": true, "dt": true, "figcaption": true}

// docxText is the text of a Word file, one paragraph a line: body, footnotes,
// endnotes, comments, headers and footers, each with its link targets.
func docxText(b []byte) (string, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return "", fmt.Errorf("not a Word file that can be read: %w", err)
	}
	if len(z.File) > maxParts {
		return "", fmt.Errorf("a Word file with %d parts (more than %d); not read", len(z.File), maxParts)
	}
	left := int64(maxUnpacked)
	part := func(name string) ([]byte, error) {
		f, err := z.Open(name)
		if err != nil {
			return nil, nil // a part that is not there
		}
		defer f.Close()
		data, err := io.ReadAll(io.LimitReader(f, left+1))
		if left -= int64(len(data)); left < 0 {
			return nil, fmt.Errorf("unpacks to more than %d MiB; not read", maxUnpacked>>20)
		}
		return data, err
	}
	var out strings.Builder
	found := false
	parts := []string{"document", "footnotes", "endnotes", "comments"}
	for _, f := range z.File {
		if name, ok := strings.CutPrefix(strings.TrimSuffix(f.Name, ".xml"), "word/"); ok && marginPart.MatchString(name) {
			parts = append(parts, name)
		}
	}
	for _, name := range parts {
		data, err := part("word/" + name + ".xml")
		if err != nil {
			return "", fmt.Errorf("word/%s.xml: %w", name, err)
		}
		if data == nil {
			continue
		}
		found = true
		rels, err := part("word/_rels/" + name + ".xml.rels")
		if err != nil {
			return "", fmt.Errorf("links of word/%s.xml: %w", name, err)
		}
		if err := wordText(&out, data, targets(rels)); err != nil {
			return "", fmt.Errorf("word/%s.xml: %w", name, err)
		}
	}
	if !found {
		return "", errors.New("a zip file without word/document.xml is no Word file")
	}
	return out.String(), nil
}

func targets(rels []byte) map[string]string {
	var doc struct {
		Relationship []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
			Mode   string `xml:"TargetMode,attr"`
		}
	}
	out := map[string]string{}
	if xml.Unmarshal(rels, &doc) != nil {
		return out
	}
	for _, r := range doc.Relationship {
		if r.Mode == "External" {
			out[r.ID] = strings.ReplaceAll(r.Target, "\n", " ")
		}
	}
	return out
}

// marginPart names a header or footer of a Word file.
var marginPart = regexp.MustCompile(`^(?:header|footer)[0-9]*$`)

// linkField is the instruction of a field that leads somewhere; the others (page
// numbers, cross references) say nothing to a reader.
var linkField = regexp.MustCompile(`HYPERLINK|ADDIN|CITATION`)

// unread are the parts of a Word file that its reader does not see: deleted and
// moved-away text, and the second copy of a text box.
var unread = map[string]bool{"del": true, "moveFrom": true, "Fallback": true}

// symbol is a character that Word took from a symbol font; the minus sign is the
// one that numbers need.
func symbol(attrs []xml.Attr) string {
	for _, a := range attrs {
		if n, err := strconv.ParseUint(a.Value, 16, 32); a.Name.Local == "char" && err == nil {
			if n &= 0xff; n == '-' {
				return "−"
			}
			if n > ' ' && n < 0x7f {
				return string(rune(n))
			}
		}
	}
	return ""
}

// superscript keeps a note's number or a power apart from the number before it.
var superscript = strings.NewReplacer("0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴", "5", "⁵", "6", "⁶", "7", "⁷", "8",
	"⁸",
	"9", "⁹", "-", "⁻", "−", "⁻")

func valueOf(attrs []xml.Attr) string {
	for _, a := range attrs {
		if a.Name.Local == "val" {
			return a.Value
		}
	}
	return ""
}

func wordText(out *strings.Builder, data []byte, links map[string]string) error {
	d := xml.NewDecoder(bytes.NewReader(data))
	inText, inField, hidden, raised, skip := false, false, false, false, 0
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if skip > 0 || unread[t.Name.Local] {
				skip++
				continue
			}
			switch t.Name.Local {
			case "r":
				hidden, raised = false, false
			case "vanish":
				hidden = !slices.Contains([]string{"0", "false", "off"}, valueOf(t.Attr))
			case "vertAlign":
				raised = valueOf(t.Attr) == "superscript"
			case "sym":
				out.WriteString(symbol(t.Attr))
			case "t":
				inText = true
			case "instrText":
				inField = true
			case "tab", "br", "cr":
				out.WriteByte(' ')
			case "noBreakHyphen":
				out.WriteByte('-')
			case "hyperlink":
				for _, a := range t.Attr {
					if to := links[a.Value]; a.Name.Local == "id" && to != "" {
						out.WriteString(" " + to + " ")
					}
				}
			}
		case xml.EndElement:
			if skip > 0 {
				skip--
				continue
			}
			switch t.Name.Local {
			case "t":
				inText = false
			case "instrText":
				inField = false
			case "p":
				out.WriteByte('\n')
			}
		case xml.CharData:
			if said := strings.ReplaceAll(string(t), "\n", " "); inText && skip == 0 {
				if hidden && strings.ContainsAny(said, "0123456789") && !strings.Contains(said, "[[") {
					continue // numbers that no reader sees; markers are often hidden
				}
				if raised {
					said = superscript.Replace(said)
				}
				out.WriteString(said)
			} else if inField && skip == 0 && linkField.MatchString(said) {
				out.WriteString(" " + said + " ")
			}
		}
	}
}
