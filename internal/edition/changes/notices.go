package changes

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"past/internal/evidence"
)

// Notice is a row of the review files' notices, with the findings that it
// concerns.
type Notice struct {
	Kind     string   `json:"kind"`
	About    string   `json:"about"` // doi:…, a trial, pmid:…, or a substance and its condition
	Says     string   `json:"says"`
	Source   string   `json:"source,omitempty"`
	File     string   `json:"file"` // of the review folder; "" of a bibliographic record
	Findings []string `json:"findings,omitempty"`
}

func noticeOf(n evidence.Notice, file string, findings []string) Notice {
	about := cmp.Or(strings.TrimSpace(n.Substance+" "+n.Condition), "the treatment")
	switch {
	case n.DOI != "":
		about = "doi:" + n.DOI
	case n.TrialID != "":
		about = n.TrialID
	case n.PMID != "":
		about = "pmid:" + n.PMID
	}
	says := fmt.Sprintf("%s of %s by %s: %s", evidence.NoticeName(n.Kind), cmp.Or(n.Date.Raw, "an unstated day"),
		cmp.Or(n.By, "a source that is not named"), n.Said)
	if n.Read == evidence.ReadRecord {
		says = evidence.NoticeName(n.Kind) + n.Stated() + ": " + n.Said
	}
	return Notice{Kind: n.Kind, About: about, Says: says, Source: n.Source, File: file, Findings: findings}
}

// takeNotices keeps the notices of the review files and those that bibliographic
// records carry on what findings rest on; two of one kind about one thing differ by
// their order.
func (s *Snapshot) takeNotices(files map[string]File, concerned map[string][]string, recorded map[string]evidence.Notice) {
	s.Notices = map[string]Notice{}
	for _, row := range slices.Sorted(maps.Keys(recorded)) {
		x := noticeOf(recorded[row], "", concerned[row])
		s.Notices[x.Kind+" "+x.About] = x
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		for _, n := range files[name].Notices {
			x := noticeOf(n, name, concerned[rowOf(n)])
			key := x.Kind + " " + x.About
			for i := 2; s.Notices[key].Kind != ""; i++ {
				key = fmt.Sprintf("%s %s (%d)", x.Kind, x.About, i)
			}
			s.Notices[key] = x
		}
	}
}

// where says which file or record a notice is in, and what happened there.
func (n Notice) where(file, record string) string {
	if n.File == "" {
		return "a bibliographic record " + record
	}
	return "review file " + n.File + " " + file
}

// rowOf names the row that a notice was read from.
func rowOf(n evidence.Notice) string {
	return n.Prov.PayloadSHA256 + " " + n.Prov.Pointer + " " + n.Kind + " " + n.DOI
}

// notices lists the rows that came, went or say something else. A snapshot of an
// older program kept none and is not compared.
func (c *comparison) notices() {
	if c.old.Notices == nil || c.new.Notices == nil {
		return
	}
	both(c.old.Notices, c.new.Notices, func(_ string, a, b Notice, inOld, inNew bool) {
		d := Detail{URL: cmp.Or(b.Source, a.Source)}
		for _, f := range slices.Concat(a.Findings, b.Findings) {
			d.Findings = insert(d.Findings, f)
		}
		d.Moved = (a.Kind == "retraction" || b.Kind == "retraction") && len(d.Findings) > 0
		title := evidence.NoticeName(cmp.Or(b.Kind, a.Kind)) + " (" + cmp.Or(b.About, a.About) + ")"
		switch {
		case !inOld:
			c.add(NoticeNew, b.About, title, "", b.Says, b.where("has a row more", "carries it"), d)
		case !inNew:
			c.add(NoticeGone, a.About, title, a.Says, "", a.where("has the row no longer", "carries it no longer"), d)
		case a.Says != b.Says || a.Source != b.Source:
			d.Moved = false
			c.add(NoticeChanged, b.About, title, a.Says, b.Says, b.where("has the row changed", "changed"), d)
		}
	})
}
