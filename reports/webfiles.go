package reports

import (
	"encoding/xml"
	"html/template"
	"slices"
	"strings"

	"past/reports/internal/show"
)

// shareImage is the preview picture of an edition.
const shareImage = "assets/share.png"

// feedLink is a feed that the edition's folder holds.
type feedLink struct{ Type, Title, Href string }

// feeds are announced where the edition has them.
func (p *page) feeds() []feedLink {
	var out []feedLink
	for _, d := range p.site.Ed.Downloads {
		switch d.Path {
		case "feed.atom":
			out = append(out, feedLink{"application/atom+xml", "Changes (Atom)", p.Base() + d.Path})
		case "feed.json":
			out = append(out, feedLink{"application/feed+json", "Changes (JSON Feed)", p.Base() + d.Path})
		}
	}
	return out
}

// linkedData describes the edition to search engines as a data set (schema.org).
func (p *page) linkedData() template.JS {
	if p.Path != "index.html" && p.Path != "data.html" {
		return ""
	}
	s := p.site
	d := map[string]any{"@context": "https://schema.org", "@type": "Dataset", "name": "PAST evidence tracker, edition " + s.Ed.ID,
		"identifier": s.Ed.ID, "version": s.Ed.ID,
		"description": "Findings on " + s.subject() + ", " + s.basis() +
			": effect sizes, pooled results, certainty, harms and what is missing, each number with the record that it was read from.",
		"isAccessibleForFree": true, "creator": map[string]string{"@type": "Organization", "name": "The PAST evidence tracker contributors"}}
	var based []map[string]string
	licences := map[string]bool{}
	for _, x := range s.Ed.Sources {
		licences[x.LicenceURL] = true
		if x.LicenceURL != "" {
			based = append(based, map[string]string{"@type": "Dataset", "name": x.Name, "url": x.URL, "license": x.LicenceURL,
				"creditText": x.Attribution})
		}
	}
	if based != nil {
		d["isBasedOn"] = based
		if len(licences) == 1 { // one licence holds for all
			d["license"] = based[0]["license"]
		}
	}
	if s.Ed.Date != "" {
		d["temporalCoverage"] = "../" + s.Ed.Date // the data's last day, not one of publication
	}
	if s.opt.Base != "" {
		d["url"] = s.address("index.html")
		var files []map[string]string
		for _, f := range s.Ed.Downloads {
			if t := mediaType(f.Path); t != "" {
				files = append(files, map[string]string{"@type": "DataDownload", "encodingFormat": t, "contentUrl": s.address(f.Path)})
			}
		}
		if files != nil {
			d["distribution"] = files
		}
	}
	return jsonFor(d)
}

func mediaType(path string) string {
	for ext, t := range map[string]string{".csv": "text/csv", ".json": "application/json", ".parquet": "application/vnd.apache.parquet",
		".bib": "application/x-bibtex", ".ris": "application/x-research-info-systems"} {
		if strings.HasSuffix(path, ext) {
			return t
		}
	}
	return ""
}

// webFiles are what a search engine asks for of a folder with a public address.
func (s *site) webFiles() map[string][]byte {
	out := map[string][]byte{}
	if s.opt.Base != "" {
		out["sitemap.xml"] = s.siteMap()
		out["robots.txt"] = []byte("User-agent: *\nAllow: /\nSitemap: " + s.address("sitemap.xml") + "\n")
		out[shareImage] = s.share()
	}
	return out
}

func (s *site) siteMap() []byte {
	type entry struct {
		Loc string `xml:"loc"`
	}
	m := struct {
		XMLName xml.Name `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
		URL     []entry  `xml:"url"`
	}{}
	for _, p := range s.pages {
		if p.Path != "404.html" && !strings.Contains(p.Path, "@") {
			m.URL = append(m.URL, entry{s.address(p.Path)})
		}
	}
	b, err := xml.MarshalIndent(m, "", " ")
	if err != nil {
		return nil // strings only: it can not fail
	}
	return append([]byte(xml.Header), append(b, '\n')...)
}

// hit is an entry of the search index.
type hit struct {
	Path string `json:"p"`
	Name string `json:"n"`
	Kind string `json:"k"`
	Note string `json:"t,omitempty"`
	More string `json:"w,omitempty"` // words that are matched and not shown
}

// hits are the entries of the search index.
func (s *site) hits(yield func(any)) {
	for i := range s.Ed.Findings {
		f := &s.Ed.Findings[i]
		var studies []string
		for j := range f.Effects {
			studies = append(studies, effectLabel(&f.Effects[j]))
		}
		yield(hit{s.findPath[f.ID], titleOf(f), "finding", show.Clip(f.Sentences.Plain, 160),
			show.Clip(strings.Join(append(studies, f.ID), " "), 400)})
	}
	for i := range s.Ed.Claims {
		c := &s.Ed.Claims[i]
		yield(hit{"claims.html#" + show.Slug(c.ID), show.First(show.Clip(c.Text, 160)), "claim",
			show.Clip(string(c.Verdict), 60), ""})
	}
	for _, t := range s.Ed.Gap.Topics {
		yield(hit{s.topicPath(t.ID), show.First(show.Clip(t.Name, 120)), "topic", "", ""})
	}
	for i := range s.Ed.Trials {
		t := &s.Ed.Trials[i]
		to := s.studPath[t.StudyID]
		if to == "" {
			to = "trials.html"
		}
		yield(hit{to, show.Clip(t.ID, 40) + ": " + show.Clip(t.Title, 140), "trial",
			show.Clip(strings.Join(slices.DeleteFunc(slices.Concat(t.Substances, t.Conditions, []string{"status " + string(t.Status), t.Sponsor}),
				func(w string) bool { return w == "" }), ", "), 160), ""})
	}
	for i := range s.Ed.Studies {
		st := &s.Ed.Studies[i]
		if p := s.studPath[st.ID]; p != "" && st.Label != "" && s.trial[st.Label] == nil {
			yield(hit{p, show.Clip(st.Label, 120), "study", show.Clip(strings.Join(st.Records, ", "), 160), ""})
		}
	}
}

// topicPath leads to a topic.
func (s *site) topicPath(id string) string {
	if p := s.cardPath(id); p != "" {
		return p
	}
	return "gaps.html"
}

// searchPage is the search of the folder; a server answers the same address.
type searchPage struct{ Conf template.JS }

func (s *site) searchPages() {
	if s.single {
		return
	}
	s.searchFile = newListFile("search", "pastSearch", s.hits)
	p := &page{Path: "search.html", Name: "search", Title: "Search", Nav: "search.html",
		Description: "Search the findings, claims, topics, trials and studies of this edition."}
	s.add(p)
	p.Data = &searchPage{jsonFor(map[string]string{"file": s.searchFile.name, "sum": s.searchFile.sri})}
	lost := &page{Path: "404.html", Name: "lost", Title: "No page at this address", Nav: ""}
	s.add(lost)
}
