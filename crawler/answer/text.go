package answer

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"past/crawler"
	"past/crawler/charset"
	"past/crawler/jsontree"
	"past/internal/evidence"
	"past/internal/text"
)

// Text gives a body as clean UTF-8, with problems where bytes of it are no
// text and where characters had to be replaced.
func Text(body []byte) ([]byte, []evidence.Problem) {
	whole, problems := validText(charset.Text(body))
	n := 0
	out := bytes.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0x7f {
			n++
			return ' '
		}
		return r
	}, whole)
	if n > 0 {
		return out, append(problems, controlProblem(n, ""))
	}
	return whole, problems
}

// HeaderLine gives the line that names a table's columns: the first, or the one
// behind "sep=;".
func HeaderLine(head []byte) string {
	line, rest, _ := strings.Cut(strings.ReplaceAll(string(charset.Text(head)), "\r", "\n"), "\n")
	if mark := strings.TrimSpace(line); len(mark) == len("sep=;") && strings.EqualFold(mark[:4], "sep=") {
		line, _, _ = strings.Cut(strings.TrimLeft(rest, "\n"), "\n")
	}
	return line
}

// Table reads a body as a table of any spreadsheet, with the problems of its
// bytes and of rows that do not fit the header, which is the line with the names
// of columns that are given, see [text.ReadTable]. The error, an
// *crawler.AnswerError, means that the file is not a table.
func Table(body []byte, names ...string) (*text.Table, []evidence.Problem, error) {
	clean, problems := Text(body)
	t, err := text.ReadTable(clean, names...)
	if err != nil {
		return nil, problems, &crawler.AnswerError{Kind: crawler.KindWrongShape, Message: "no table that can be read: " + err.Error()}
	}
	for _, p := range t.Problems {
		problems = append(problems, evidence.Problem{Kind: crawler.KindBadValue, Where: fmt.Sprintf("line %d", p.Line), Message: p.Message})
	}
	return t, problems, nil
}

func validText(text []byte) ([]byte, []evidence.Problem) {
	if utf8.Valid(text) {
		return text, nil
	}
	return bytes.ToValidUTF8(text, []byte("\uFFFD")), []evidence.Problem{{Kind: crawler.KindBadUTF8,
		Message: "bytes that are not UTF-8 are shown as U+FFFD; the payload keeps them"}}
}

func controlProblem(n int, where string) evidence.Problem {
	return evidence.Problem{Kind: crawler.KindBadValue, Where: where,
		Message: fmt.Sprintf("control characters, replaced by spaces (%d times); the payload keeps them", n)}
}

// Scrub replaces control characters in the texts of a tree; the problem says
// how many there were.
func Scrub(n *jsontree.Node, base string) (p evidence.Problem, found bool) {
	count, first := jsontree.Scrub(n, base)
	return controlProblem(count, first), count > 0
}

// Document reads the JSON text of a payload whatever its bytes.
func Document(p evidence.Payload) (*jsontree.Node, []evidence.Problem, error) {
	body, problems := validText(charset.UTF8Text(p.Body))
	n, err := JSON(body)
	if err != nil {
		return n, problems, err
	}
	if pr, found := Scrub(n, ""); found {
		problems = append(problems, pr)
	}
	return n, problems, nil
}

// JSON reads a whole JSON text; faults come back as *crawler.AnswerError.
func JSON(body []byte) (*jsontree.Node, error) {
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	text := strings.TrimLeft(string(body[:min(len(body), 512)]), " \t\r\n")
	switch {
	case text == "":
		return nil, &crawler.AnswerError{Kind: crawler.KindEmpty, Message: "the answer is empty"}
	case text[0] == '<':
		return nil, &crawler.AnswerError{Kind: crawler.KindHTML, Message: "HTML instead of data: it begins with " + Start([]byte(text))}
	}
	n, err := jsontree.Parse(body)
	if err != nil {
		return nil, JSONFault(err, "")
	}
	return n, nil
}
