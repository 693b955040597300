package answer

// Kinds of problem of XML answers, beside those of the crawler. They are
// stable: stored rows name them.
const (
	KindHalfXML = "half-xml" // the text ends inside an element
	KindBadXML  = "bad-xml"  // not XML at some place
)
