package polite

import (
	"bytes"
	"errors"
	"strings"

	"past/crawler/jsontree"
)

var errOpenXML = errors.New("the text ends before its root element does")

// complete reports whether a text ends where its format says it must. It speaks
// about JSON and XML only; what else there is passes.
func complete(mediaType string, body []byte) error {
	b := bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	if len(b) == 0 {
		return nil
	}
	switch {
	case b[0] == '{' || b[0] == '[':
		_, err := jsontree.Skip(b, 0)
		return err
	case strings.Contains(mediaType, "xml") && b[0] == '<':
		return completeXML(b)
	}
	return nil
}

// completeXML looks for the end tag of the root element at the end of the text.
func completeXML(b []byte) error {
	name := rootName(b)
	if name == nil {
		return errOpenXML
	}
	for {
		b = bytes.TrimSpace(b)
		if !bytes.HasSuffix(b, []byte("-->")) {
			break
		}
		i := bytes.LastIndex(b, []byte("<!--"))
		if i < 0 {
			return errOpenXML
		}
		b = b[:i]
	}
	i := bytes.LastIndexByte(b, '<')
	if i < 0 || b[len(b)-1] != '>' {
		return errOpenXML
	}
	last := b[i:]
	end := bytes.TrimSpace(bytes.TrimSuffix(bytes.TrimPrefix(last, []byte("</")), []byte(">")))
	if bytes.HasPrefix(last, []byte("</")) && bytes.Equal(end, name) {
		return nil
	}
	if bytes.HasSuffix(last, []byte("/>")) && bytes.HasPrefix(last[1:], name) {
		return nil // the root is the only element
	}
	return errOpenXML
}

// rootName gives the name of the first element, past declarations and comments.
func rootName(b []byte) []byte {
	for {
		i := bytes.IndexByte(b, '<')
		if i < 0 || i+1 >= len(b) {
			return nil
		}
		b = b[i:]
		closing := ""
		switch {
		case bytes.HasPrefix(b, []byte("<!--")):
			closing = "-->"
		case b[1] == '?' || b[1] == '!':
			closing = ">"
		default:
			end := bytes.IndexAny(b, " \t\r\n/>")
			if end < 0 {
				return nil
			}
			return b[1:end]
		}
		j := bytes.Index(b, []byte(closing))
		if j < 0 {
			return nil
		}
		b = b[j+len(closing):]
	}
}
