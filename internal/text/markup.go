package text

import "strings"

// markup recognises an HTML tag at the start of s and returns its length; block
// tags end a sentence, inline tags do not even end a word.
func markup(s string) (n int, block bool) {
	end := strings.IndexByte(s, '>')
	if end < 2 || end > 60 {
		return 0, false
	}
	name := strings.ToLower(strings.Trim(s[1:end], "/ "))
	if sp := strings.IndexByte(name, ' '); sp > 0 {
		name = name[:sp]
	}
	switch name {
	case "i", "b", "em", "strong", "sub", "sup", "u", "span", "small":
		return end + 1, false
	case "p", "br", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "sec", "title":
		return end + 1, true
	}
	return 0, false
}
