package starter

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// registers are the sources with the handler that retells each and the path,
// below the source's own, that represents the register's address.
var registers = []struct {
	source, path string
	handler      func() (http.Handler, error)
}{
	{"ctgov", "/api/v2", CTGov},
	{"pubmed", "/entrez/eutils", PubMed},
	{"europepmc", "/europepmc/webservices/rest", EuropePMC},
	{"isrctn", "/api", ISRCTN},
	{"ctis", "/ctis-public-api", CTIS},
	{"euctr", "/ctr-search", EUCTR},
	{"metapsy", "", Metapsy},
	{"crossref", "", Crossref},
	{"openalex", "", OpenAlex},
}

// Registers serves every register of the starter set side by side, each below
// a path named after its source, and the exports of the ICTRP below /ictrp/.
func Registers() (http.Handler, error) {
	mux := http.NewServeMux()
	mount := func(source string, handler func() (http.Handler, error)) error {
		h, err := handler()
		if err != nil {
			return fmt.Errorf("starter register %s: %w", source, err)
		}
		mux.Handle("/"+source+"/", http.StripPrefix("/"+source, h))
		return nil
	}
	for _, r := range registers {
		if err := mount(r.source, r.handler); err != nil {
			return nil, err
		}
	}
	if err := mount("ictrp", ICTRP); err != nil {
		return nil, err
	}
	return mux, nil
}

// Endpoints are the addresses of the registers that Registers serves below an
// address such as http://127.0.0.1:8081, by source: what --endpoint takes.
func Endpoints(address string) map[string]string {
	out := map[string]string{}
	for _, r := range registers {
		out[r.source] = strings.TrimRight(address, "/") + "/" + r.source + r.path
	}
	return out
}

// Crawled are the sources that a demonstration crawls: those that say what no other
// says. OpenAlex repeats here what Crossref says of the same papers.
func Crawled() []string {
	return slices.DeleteFunc(RegisterNames(), func(name string) bool { return name == "openalex" })
}

// RegisterNames are the sources that Registers serves, in a fixed order.
func RegisterNames() []string {
	var out []string
	for _, r := range registers {
		out = append(out, r.source)
	}
	return out
}

// mostPages bounds the number of a page that is asked for.
const mostPages = 1 << 20

// window gives the part of a list of n that begins at an offset and has at
// most size entries, whatever was asked for.
func window(n, offset, size int) (from, to int) {
	from = min(max(offset, 0), n)
	return from, from + min(max(size, 0), n-from)
}

// number reads a parameter; other represents one that is no number.
func number(s string, other int) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	return other
}

// postedTrial is a trial of whose record the set holds what its posted results
// show, and no more: the set says nothing of other trials of its substance.
type postedTrial struct {
	ID      string          `json:"id"`
	Sources []string        `json:"sources"`
	Study   json.RawMessage `json:"study"` // as the API gives a study
}

// PostedExport returns ketamine and esketamine trials with their posted results
// as a file of ClinicalTrials.gov's download. They come as a file and not
// from the fake registers, so that no search for their substance is claimed:
// [Substances] does not list it.
func PostedExport() ([]byte, error) {
	var trials []postedTrial
	if err := decode("data/posted.json", &trials); err != nil {
		return nil, err
	}
	var out struct {
		Studies []json.RawMessage `json:"studies"`
	}
	for _, t := range trials {
		out.Studies = append(out.Studies, t.Study)
	}
	return json.Marshal(out)
}
