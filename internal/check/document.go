package check

import (
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"

	"past/internal/cite"
	"past/internal/evidence"
	"past/internal/ident"
)

var (
	marker    = regexp.MustCompile(`(?:<!--|\[\[)\s*(?i:past):\s*([A-Za-z0-9][A-Za-z0-9-]*)(?:@([A-Za-z0-9.-]+))?\s*(?:-->|\]\])`)
	markerEnd = regexp.MustCompile(`(?:<!--|\[\[)\s*/(?i:past)\s*(?:-->|\]\])`)
	permalink = regexp.MustCompile(`\bf/([a-z0-9][a-z0-9-]*)@(e-[0-9A-Za-z]+)`)
	pastKey   = regexp.MustCompile(`\bpast:([A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])(?:@(e-[0-9A-Za-z]+))?`)
	citeKey   = regexp.MustCompile(`(?:^|[^\w.@/])-?@\{?([A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])(?:@(e-[0-9A-Za-z]+))?`)
	// a ClinicalTrials.gov number with too many or too few digits
	wrongNCT = regexp.MustCompile(`\b(?i:NCT)[ -]?([0-9]{1,7}|[0-9]{9,12})\b`)
)

// doc is one document under check.
type doc struct {
	src    Source
	k      *Known
	breaks []int // offsets of line ends
	issues []Issue
	refs   int
	bound  int
	own    int      // references to findings and claims
	first  int      // where the first of them is
	inside [][2]int // stretches that are bound
}

// Document checks one document. It returns the issues in the order in which
// they were found, the number of references and of bound sentences.
func Document(src Source, k *Known) (issues []Issue, references, bound int) {
	src.Text = digits(src.Text)
	d := &doc{src: src, k: k}
	for i := 0; i < len(src.Text); i++ {
		if src.Text[i] == '\n' {
			d.breaks = append(d.breaks, i)
		}
	}
	for _, n := range src.Notes {
		d.issues = append(d.issues, Issue{src.Name, 1, Unreadable, Note, n})
	}
	if src.Empty() {
		d.issues = append(d.issues, Issue{src.Name, 1, Unreadable, Error, "the document has no text: nothing to check"})
	}
	d.markers()
	d.keys()
	if d.own > 0 && d.bound == 0 {
		d.add(d.first, Unbound, Warning,
			"%s and no bound sentence: no number was checked; bind a sentence with <!-- past: ID --> … <!-- /past -->",
			evidence.People(d.own).Words("citation of a finding", "citations of findings"))
	}
	d.papers()
	d.trials()
	return d.issues, d.refs, d.bound
}

func (d *doc) add(at int, rule string, level Level, format string, args ...any) {
	line := sort.SearchInts(d.breaks, at) + 1
	d.issues = append(d.issues, Issue{d.src.Name, line, rule, level, fmt.Sprintf(format, args...)})
}

// markers checks the bound sentences.
func (d *doc) markers() {
	starts := marker.FindAllStringSubmatchIndex(d.src.Text, -1)
	ends := markerEnd.FindAllStringIndex(d.src.Text, -1)
	e := 0
	for i, m := range starts {
		for e < len(ends) && ends[e][0] < m[1] {
			if i == 0 || ends[e][0] > starts[i-1][1] {
				d.add(ends[e][0], BadMarker, Warning, "this marker closes nothing")
			}
			e++
		}
		if e == len(ends) || i+1 < len(starts) && starts[i+1][0] < ends[e][0] {
			d.add(m[0], BadMarker, Warning, "the marker of %s is not closed by <!-- /past --> before the next one", d.src.Text[m[2]:m[3]])
			continue
		}
		id, ed := d.src.Text[m[2]:m[3]], group(d.src.Text, m, 2)
		d.bound++
		d.refs++
		d.inside = append(d.inside, [2]int{m[0], ends[e][1]})
		d.boundText(id, ed, m[0], m[1], ends[e][0])
		e++
	}
	for ; e < len(ends); e++ {
		d.add(ends[e][0], BadMarker, Warning, "this marker closes nothing")
	}
}

func group(s string, m []int, n int) string {
	if m[2*n] < 0 {
		return ""
	}
	return s[m[2*n]:m[2*n+1]]
}

func (d *doc) boundText(id, ed string, at, from, to int) {
	if !d.key(id, ed, at, true) {
		return
	}
	text := d.src.Text[from:to]
	if f, ok := d.k.Shelf.Finding(id); ok {
		for _, p := range numberProblems(text, f) {
			d.add(from+p.at, p.rule, p.level, "%s", p.message)
		}
		said := slices.Concat(wording(text, f.Certainty, f.Estimate == nil), wordingAbroad(text, f.Certainty), direction(text, f),
			unfounded(text, f))
		for _, p := range said {
			d.add(from+p.at, p.rule, p.level, "%s: %s", id, p.message)
		}
		return
	}
	if c, ok := d.claim(id); ok {
		if p, bad := verdictProblem(text, c); bad {
			d.add(from+p.at, p.rule, p.level, "%s", p.message)
		}
	}
}

func (d *doc) claim(id string) (evidence.ClaimVerdict, bool) {
	i := slices.IndexFunc(d.k.Shelf.Document.Claims, func(c evidence.ClaimVerdict) bool { return c.ID == id })
	if i < 0 {
		return evidence.ClaimVerdict{}, false
	}
	return d.k.Shelf.Document.Claims[i], true
}

// key judges a key of ours and reports whether the edition has it. surely says
// that it is meant to be ours, whatever its looks.
func (d *doc) key(id, ed string, at int, surely bool) bool {
	known := slices.Contains(d.k.Shelf.Keys(), id)
	if !known { // what was not looked for has nothing to cite, and can be held to that
		_, known = d.k.Shelf.Finding(id)
	}
	if !known {
		if surely || d.looksOurs(id) {
			_, err := d.k.Shelf.Cite(id)
			hint := ""
			if u, ok := err.(*cite.UnknownError); ok && len(u.Near) > 0 {
				hint = "; did you mean " + strings.Join(u.Near, " or ") + "?"
			}
			d.add(at, UnknownKey, Error, "no finding or claim is called %q in edition %s%s", id, d.k.Shelf.Document.ID, hint)
		}
		return false
	}
	if id != cite.EditionKey && id != cite.SoftwareKey {
		if d.own == 0 {
			d.first = at
		}
		d.own++
	}
	if ed != "" && ed != d.k.Shelf.Document.ID {
		d.old(id, ed, at)
	}
	return true
}

// looksOurs reports whether an unknown key is probably a misspelt one of ours: it
// is close to one of them or begins as they do. Other keys belong to the
// author's own references.
func (d *doc) looksOurs(id string) bool {
	_, err := d.k.Shelf.Cite(id)
	if u, ok := err.(*cite.UnknownError); ok && len(u.Near) > 0 && strings.Contains(id, "-") {
		return true
	}
	if strings.Count(id, "-") < 2 {
		return false
	}
	first, _, _ := strings.Cut(id, "-")
	for _, k := range d.k.Shelf.Keys() {
		if k != cite.EditionKey && k != cite.SoftwareKey && strings.HasPrefix(k, first+"-") {
			return true
		}
	}
	return false
}

// old reports an outdated edition with what has changed since.
func (d *doc) old(id, ed string, at int) {
	now := d.k.Shelf.Document.ID
	then, ok := d.k.Edition(ed)
	if !ok {
		d.add(at, OldEdition, Warning,
			"%s is cited from edition %s; the current one is %s, and the database does not hold the earlier one to compare", id, ed, now)
		return
	}
	c, err := d.k.Shelf.Compare(then, id)
	if err != nil {
		d.add(at, OldEdition, Warning, "%s is cited from edition %s, which has no such finding; the current edition is %s", id, ed, now)
		return
	}
	if !c.Changed {
		d.add(at, OldEdition, Warning, "%s is cited from edition %s; the current one is %s, in which nothing about it has changed", id, ed, now)
		return
	}
	var what []string
	for _, r := range c.Rows {
		if r.Changed {
			what = append(what, fmt.Sprintf("%s: %s, now %s", r.What, r.Then, r.Now))
		}
	}
	if len(c.In) > 0 {
		what = append(what, "studies in: "+strings.Join(c.In, ", "))
	}
	if len(c.Out) > 0 {
		what = append(what, "studies out: "+strings.Join(c.Out, ", "))
	}
	if len(c.Retracted) > 0 {
		what = append(what, "rests on retracted papers: "+strings.Join(c.Retracted, ", "))
	}
	d.add(at, OldEdition, Warning, "%s is cited from edition %s; the current one is %s: %s", id, ed, now, strings.Join(what, "; "))
}

// keys checks citation keys and permalinks outside the markers themselves.
func (d *doc) keys() {
	text := d.src.Text
	for _, m := range permalink.FindAllStringSubmatchIndex(text, -1) {
		d.refs++
		d.key(group(text, m, 1), group(text, m, 2), m[0], true)
	}
	for _, m := range pastKey.FindAllStringSubmatchIndex(text, -1) {
		d.refs++
		if d.key(group(text, m, 1), group(text, m, 2), m[0], true) {
			d.sentence(group(text, m, 1), m[0], m[1])
		}
	}
	for _, m := range citeKey.FindAllStringSubmatchIndex(text, -1) {
		id, ed := group(text, m, 1), group(text, m, 2)
		if d.key(id, ed, m[2], ed != "") {
			d.refs++
			d.sentence(id, m[2], m[3])
		}
	}
}

// sentence checks the wording of an unbound sentence that cites a finding.
// Numbers are checked in bound sentences only: beside a citation they may be
// somebody else's.
func (d *doc) sentence(id string, from, to int) {
	for _, in := range d.inside {
		if from >= in[0] && from < in[1] {
			return
		}
	}
	f, ok := d.k.Shelf.Finding(id)
	if !ok {
		return
	}
	start, end := around(d.src.Text, from, to)
	said := d.src.Text[start:end]
	for _, p := range append(wording(said, f.Certainty, f.Estimate == nil), unfounded(said, f)...) {
		d.add(start+p.at, p.rule, p.level, "%s: %s", id, p.message)
	}
}

// reach is how far a sentence may extend on either side of what it cites.
const reach = 600

// around gives the sentence that holds text[from:to]. The end of a paragraph
// ends a sentence; so does a full stop before a space and a capital letter.
func around(text string, from, to int) (start, end int) {
	start, end = max(0, from-reach), min(len(text), to+reach)
	for i := from - 1; i > start; i-- {
		if stops(text, i) {
			start = i + 1
			break
		}
	}
	for i := to; i < end; i++ {
		if stops(text, i) {
			end = i + 1
			break
		}
	}
	return start, end
}

func stops(text string, i int) bool {
	switch text[i] {
	case '\n':
		return i+1 < len(text) && text[i+1] == '\n'
	case '.', '!', '?':
		if i+2 >= len(text) {
			return i+1 >= len(text) || text[i+1] == ' ' || text[i+1] == '\n'
		}
		return (text[i+1] == ' ' || text[i+1] == '\n') && text[i+2] >= 'A' && text[i+2] <= 'Z'
	}
	return strings.HasPrefix(text[i:], "¶")
}

// papers checks DOIs and PMIDs.
func (d *doc) papers() {
	text := d.src.Text
	for _, f := range ident.FindDOIs(text) {
		d.paper("doi:"+text[f.At:f.End], f.Value, f.At)
	}
	for _, f := range ident.FindPMIDs(text) {
		if len(f.Value) > 8 {
			d.add(f.At, BadID, Error, "PMID %s has %d digits; PubMed's have at most 8", f.Value, len(f.Value))
			continue
		}
		d.paper("PMID "+f.Value, "pmid:"+f.Value, f.At)
	}
}

func (d *doc) paper(name, key string, at int) {
	d.refs++
	w, ok := d.k.Works[key]
	if !ok {
		d.add(at, NotHeld, Note, "%s is not in this database; whether it was retracted or corrected is not known here", name)
		return
	}
	if w.Retracted {
		level := Error
		if from, to := d.paragraph(at); saysRetracted.MatchString(d.src.Text[from:to]) {
			level = Note // the text says so itself
		}
		d.add(at, Retracted, level, "%s was retracted", name)
	}
	if w.Corrected != "" {
		d.add(at, Corrected, Warning, "%s was corrected or carries a notice: %s", name, w.Corrected)
	}
	if w.Published != "" {
		d.add(at, Published, Warning, "%s is a preprint that has been published since: cite %s", name, w.Published)
	}
}

// saysRetracted are words by which a text itself says that a paper is retracted.
var saysRetracted = regexp.MustCompile(
	`(?i)\b(retract(ed|ion|s|ing)?|withdrawn by the (journal|editors?)|zurückgezogen|rétracté\w*|retractad\w*)\b`)

// paragraph gives the lines around a place up to an empty one, at most 300 bytes
// before and after it.
func (d *doc) paragraph(at int) (from, to int) {
	const most = 300
	text := d.src.Text
	from, to = max(0, at-most), min(len(text), at+most)
	if i := strings.LastIndex(text[from:at], "\n\n"); i >= 0 {
		from += i
	}
	if i := strings.Index(text[at:to], "\n\n"); i >= 0 {
		to = at + i
	}
	return from, to
}

var (
	completedWord = regexp.MustCompile(`(?i)\b(completed|has ended|have ended|concluded|finished)\b`)
	notYet        = regexp.MustCompile(`(?i)\b(not|never|yet to be|to be|will ` +
		`be|expected|planned|anticipated|estimated|un|until|once|when|if)\b[^.]{0,40}$`)
)

// trials checks register ids and what is said of the trial's state.
func (d *doc) trials() {
	text := d.src.Text
	for _, m := range wrongNCT.FindAllStringSubmatchIndex(text, -1) {
		d.refs++
		d.add(m[0], BadID, Error, "%s has %d digits; a ClinicalTrials.gov number has 8", text[m[0]:m[1]], m[3]-m[2])
	}
	for _, f := range ident.FindAll(text) {
		d.refs++
		d.trial(f.Value, f.At, f.End)
	}
}

func (d *doc) trial(id string, from, to int) {
	status, ok := d.k.Trials[id]
	if !ok {
		status, ok = d.k.Trials[ident.Stem(id)]
	}
	if !ok {
		d.add(from, NotHeld, Note, "%s is not in this database; its status is not known here", id)
		return
	}
	start, end := around(d.src.Text, from, to)
	said := d.src.Text[start:end]
	m := completedWord.FindStringIndex(said)
	if m == nil || notYet.MatchString(said[max(0, m[0]-60):m[0]]) {
		return
	}
	switch status {
	case evidence.StatusCompleted, evidence.StatusUnknown, evidence.StatusOther, "":
		return
	}
	d.add(from, NotCompleted, Error, "%s is cited as completed; its register says: %s", id, status)
}
