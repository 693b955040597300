package cite

import (
	"bytes"
	"encoding/json"
	"fmt"
)

type cslName struct {
	Family  string `json:"family,omitempty"`
	Given   string `json:"given,omitempty"`
	Suffix  string `json:"suffix,omitempty"`
	Literal string `json:"literal,omitempty"`
}

type cslDate struct {
	Parts [][]int `json:"date-parts"`
}

// cslItem has its fields in the order in which they are written; the names are
// those of the published CSL data schema.
type cslItem struct {
	ID              string    `json:"id"`
	Type            string    `json:"type"`
	Author          []cslName `json:"author,omitempty"`
	Title           string    `json:"title,omitempty"`
	ContainerTitle  string    `json:"container-title,omitempty"`
	Volume          string    `json:"volume,omitempty"`
	Issue           string    `json:"issue,omitempty"`
	Number          string    `json:"number,omitempty"`
	Page            string    `json:"page,omitempty"`
	Publisher       string    `json:"publisher,omitempty"`
	Version         string    `json:"version,omitempty"`
	Issued          *cslDate  `json:"issued,omitempty"`
	Accessed        *cslDate  `json:"accessed,omitempty"`
	DOI             string    `json:"DOI,omitempty"`
	PMID            string    `json:"PMID,omitempty"`
	PMCID           string    `json:"PMCID,omitempty"`
	URL             string    `json:"URL,omitempty"`
	Archive         string    `json:"archive,omitempty"`
	ArchiveLocation string    `json:"archive_location,omitempty"`
	Language        string    `json:"language,omitempty"`
	Note            string    `json:"note,omitempty"`
}

// CSLJSON writes the items as CSL-JSON, valid by the schema csl-data.json of
// the Citation Style Language, version 1.0.2.
func CSLJSON(items []Item) (string, error) {
	list := make([]cslItem, 0, len(items))
	for _, it := range items {
		list = append(list, toCSL(it))
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(list); err != nil {
		return "", fmt.Errorf("CSL-JSON: %w", err)
	}
	return b.String(), nil
}

func toCSL(it Item) cslItem {
	c := cslItem{ID: it.Key, Type: it.Type, Title: oneLine(it.Title), ContainerTitle: oneLine(it.ContainerTitle), Volume: it.Volume,
		Issue:  it.Issue,
		Number: it.Number, Page: it.Pages, Publisher: it.Publisher, Version: it.Version, Issued: cslDateOf(it.Issued),
		Accessed: cslDateOf(it.Accessed),
		DOI:      it.DOI, PMID: it.PMID, PMCID: it.PMCID, URL: it.link(), Language: it.Language, Note: it.note()}
	if it.Location != "" {
		c.Archive, c.ArchiveLocation = Tracker, it.Location
	}
	for _, n := range it.Authors {
		c.Author = append(c.Author, cslName{Family: oneLine(n.Family), Given: oneLine(n.Given), Suffix: oneLine(n.Suffix),
			Literal: oneLine(n.Literal)})
	}
	if it.MoreAuthors && len(c.Author) > 0 {
		c.Author = append(c.Author, cslName{Literal: "others"})
	}
	return c
}

func cslDateOf(d Date) *cslDate {
	switch {
	case d.Year == 0:
		return nil
	case d.Month == 0:
		return &cslDate{[][]int{{d.Year}}}
	case d.Day == 0:
		return &cslDate{[][]int{{d.Year, d.Month}}}
	}
	return &cslDate{[][]int{{d.Year, d.Month, d.Day}}}
}
