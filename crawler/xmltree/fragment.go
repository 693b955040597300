package xmltree

import (
	"html"
	"regexp"
	"strings"
)

// inline are the tags that titles and abstracts carry inside JSON texts: HTML,
// JATS and MathML. Anything else in angle brackets is text ("p < 0.05").
var inline = regexp.MustCompile(`(?i)</?(?:(?:jats|mml|m|html|xhtml):[a-z][a-z0-9-]*|i|b|u|em|strong|sub|sup|scp|sc|small|` +
	`italic|bold|underline|monospace|inline-formula|tex-math|alternatives|ext-link|xref|styled-content|sec|title|p|div|span|br|` +
	`h[1-6]|a|list|list-item|ul|ol|li|abstract|inf|font)(?:\s[^<>]*)?/?>`)

var blocks = []string{"p", "sec", "list", "list-item", "li", "ul", "ol", "div", "abstract", "br"}

// Plain gives the text of a fragment of HTML or JATS on one line, such as a
// title in a JSON answer. Markup is left out as [Node.Text] does; entities are
// resolved; angle brackets that are no tags stay.
func Plain(fragment string) string {
	if n := fragmentNode(fragment); n != nil {
		return n.Text()
	}
	return Squeeze(html.UnescapeString(inline.ReplaceAllString(fragment, " ")))
}

// Abstract gives the text of an abstract in HTML or JATS, a line for each
// paragraph; a heading becomes the label before its text ("Methods: …"), and
// the heading "Abstract" is left out.
func Abstract(fragment string) string {
	n := fragmentNode(fragment)
	if n == nil {
		return Squeeze(html.UnescapeString(inline.ReplaceAllString(fragment, " ")))
	}
	w := writer{block: blocks, headings: true}
	w.node(n)
	var out []string
	label := ""
	for _, l := range strings.Split(w.b.String(), "\n") {
		l = Squeeze(l)
		if h, ok := strings.CutPrefix(l, headingMark); ok {
			h = strings.TrimRight(strings.TrimSpace(h), " .:")
			if h != "" && !strings.EqualFold(h, "abstract") {
				label = h + ": "
			}
			continue
		}
		if l != "" {
			out = append(out, label+l)
			label = ""
		}
	}
	if label != "" {
		out = append(out, strings.TrimSpace(label))
	}
	return strings.Join(out, "\n")
}

// headingMark begins a line that is a heading; it is in no text.
const headingMark = "\uFFFF"

// fragmentNode reads a fragment as the content of an element; nil if its tags
// do not match.
func fragmentNode(fragment string) *Node {
	if !strings.ContainsAny(fragment, "<&") {
		return &Node{Name: "x", Kids: []Node{{Data: strings.ReplaceAll(fragment, headingMark, "")}}}
	}
	// Escaped markup (&lt;i&gt;) is unescaped once, since some registers
	// escape twice.
	if !inline.MatchString(fragment) && strings.Contains(fragment, "&lt;") {
		if once := html.UnescapeString(fragment); inline.MatchString(once) {
			fragment = once
		}
	}
	var b strings.Builder
	b.WriteString("<x>")
	last := 0
	for _, m := range inline.FindAllStringIndex(fragment, -1) {
		b.WriteString(html.EscapeString(html.UnescapeString(fragment[last:m[0]])))
		tag := fragment[m[0]:m[1]]
		if strings.EqualFold(strings.Trim(tag, "</> "), "br") {
			tag = "<br/>"
		}
		b.WriteString(tag)
		last = m[1]
	}
	b.WriteString(html.EscapeString(html.UnescapeString(fragment[last:])))
	b.WriteString("</x>")
	doc, _ := Clean([]byte(strings.ReplaceAll(b.String(), headingMark, "")))
	n, err := Parse(doc)
	if err != nil {
		return nil
	}
	return n
}
