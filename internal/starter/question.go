package starter

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// expr is a boolean question of the kind that registers take: terms with AND,
// OR, NOT and parentheses. Terms that stand side by side are joined by AND.
type expr struct {
	op    string // "and", "or", "not" (the first without the second), "term"
	sides []expr
	term  term
}

// term is one term: a word or a phrase, perhaps with a field before it
// (TITLE_ABS:"x", SRC:MED), a tag behind it ("x"[tw]), a range in brackets
// (DATE:[a TO b]) or a comparison (lastEdited GE 2026-01-01).
type term struct {
	field, text, tag string
	compare          string // GE, GT, LE, LT: of the field with the text
	to               string // end of a range, which begins with text
	quoted           bool
}

// matches evaluates the question, given what a term means to the register.
func (e expr) matches(is func(term) bool) bool {
	switch e.op {
	case "term":
		return is(e.term)
	case "not":
		return e.sides[0].matches(is) && !e.sides[1].matches(is)
	}
	for _, s := range e.sides {
		if s.matches(is) == (e.op == "or") {
			return e.op == "or"
		}
	}
	return e.op == "and"
}

// question parses a boolean question. AND and NOT bind from the left, OR less
// tightly.
func question(s string) (expr, error) {
	p := &reader{in: tokens(s)}
	if len(p.in) == 0 {
		return expr{}, errors.New("the query is empty")
	}
	e, err := p.or(0)
	if err == nil && len(p.in) > 0 {
		err = fmt.Errorf("%q does not belong there", p.in[0])
	}
	return e, err
}

type reader struct{ in []string }

// maxDepth bounds how deep parentheses may stand in one another.
const maxDepth = 100

func (p *reader) next() string {
	if len(p.in) == 0 {
		return ""
	}
	return p.in[0]
}

func (p *reader) or(depth int) (expr, error) {
	left, err := p.and(depth)
	for err == nil && p.next() == "OR" {
		p.in = p.in[1:]
		var right expr
		right, err = p.and(depth)
		left = expr{op: "or", sides: []expr{left, right}}
	}
	return left, err
}

func (p *reader) and(depth int) (expr, error) {
	left, err := p.one(depth)
	for err == nil {
		op := "and"
		switch p.next() {
		case "", "OR", ")":
			return left, nil
		case "AND":
			p.in = p.in[1:]
			if p.next() == "NOT" {
				op, p.in = "not", p.in[1:]
			}
		case "NOT":
			op, p.in = "not", p.in[1:]
		}
		var right expr
		right, err = p.one(depth)
		left = expr{op: op, sides: []expr{left, right}}
	}
	return left, err
}

func (p *reader) one(depth int) (expr, error) {
	t := p.next()
	switch {
	case t == "" || t == ")" || t == "AND" || t == "OR" || t == "NOT":
		return expr{}, fmt.Errorf("a term is missing before %q", t)
	case t == "(" && depth >= maxDepth:
		return expr{}, errors.New("too many parentheses")
	case t == "(":
		p.in = p.in[1:]
		e, err := p.or(depth + 1)
		if err == nil && p.next() != ")" {
			err = errors.New("a parenthesis is not closed")
		}
		if err != nil {
			return e, err
		}
		p.in = p.in[1:]
		return e, nil
	}
	p.in = p.in[1:]
	if op := p.next(); (op == "GE" || op == "GT" || op == "LE" || op == "LT") && len(p.in) > 1 {
		e := expr{op: "term", term: term{field: t, compare: op, text: strings.Trim(p.in[1], `"`)}}
		p.in = p.in[2:]
		return e, nil
	}
	return expr{op: "term", term: termOf(t)}, nil
}

// tokens cuts a question at spaces and parentheses outside quotes and brackets.
func tokens(s string) []string {
	var out []string
	var b strings.Builder
	quoted, bracket := false, false
	flush := func() {
		if b.Len() > 0 {
			out = append(out, b.String())
			b.Reset()
		}
	}
	for _, r := range s {
		switch {
		case r == '"' && !bracket:
			quoted = !quoted
		case r == '[' && !quoted:
			bracket = true
		case r == ']' && !quoted:
			bracket = false
		case !quoted && !bracket && (r == '(' || r == ')'):
			flush()
			out = append(out, string(r))
			continue
		case !quoted && !bracket && unicode.IsSpace(r):
			flush()
			continue
		}
		b.WriteRune(r)
	}
	flush()
	return out
}

func termOf(s string) term {
	var t term
	if i := strings.LastIndexByte(s, '['); i > 0 && strings.HasSuffix(s, "]") && s[i-1] != ':' {
		s, t.tag = s[:i], strings.ToLower(s[i+1:len(s)-1])
	}
	if i := strings.IndexByte(s, ':'); i > 0 && s[0] != '"' {
		t.field, s = s[:i], s[i+1:]
	}
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		from, to, _ := strings.Cut(s[1:len(s)-1], " TO ")
		t.text, t.to = strings.TrimSpace(from), strings.TrimSpace(to)
		return t
	}
	t.quoted = strings.HasPrefix(s, `"`)
	t.text = strings.Trim(s, `"`)
	return t
}

// folded writes a text for comparison: lower case, words and numbers with one
// space between them and around.
func folded(s string) string {
	return " " + strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), " ") + " "
}

// holds reports whether a folded text has a phrase, whole words only.
func holds(text, phrase string) bool {
	f := folded(phrase)
	return f != "  " && strings.Contains(text, f)
}

// within reports whether a day is in a range; a day that is not known is in
// none.
func (t term) within(day string) bool {
	if day == "" {
		return false
	}
	from, to := isoOf(t.text), isoOf(t.to)
	return (from == "" || day >= from) && (to == "" || day <= to)
}

// compares reports whether a day fits a comparison.
func (t term) compares(day string) bool {
	at := isoOf(t.text)
	if day == "" || at == "" {
		return false
	}
	switch t.compare {
	case "GE":
		return day >= at
	case "GT":
		return day > at
	case "LE":
		return day <= at
	}
	return day < at
}

// isoOf is the day of 2026/01/31, 2026-01-31 or a timestamp; "" for * and
// other words.
func isoOf(s string) string {
	s = strings.ReplaceAll(s, "/", "-")
	if len(s) < 4 || s[0] < '0' || s[0] > '9' {
		return ""
	}
	return s[:min(len(s), 10)]
}

// Finds reports whether a boolean query of the kind that registers take finds a
// text by its words. Terms of fields that are not words of the text (MeSH
// headings, dates) find nothing.
func Finds(query, text string) (bool, error) {
	e, err := question(query)
	if err != nil {
		return false, err
	}
	text = folded(text)
	return e.matches(func(t term) bool {
		return t.tag != "mh" && t.to == "" && t.compare == "" && holds(text, folded(t.text))
	}), nil
}
