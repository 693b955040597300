package store

import (
	"fmt"
	"strconv"
	"strings"

	"past/internal/evidence"
)

// stated is the register's own date of a version.
func stated(r *evidence.Record) string {
	for _, d := range []evidence.DateStruct{r.LastUpdatePosted, r.LastUpdateSubmit} {
		if d.Raw != "" {
			return d.Raw
		}
	}
	return ""
}

// dated orders the versions of a record as the register made them, by text: its
// date, its version number, the day of its data, and of equal ones that with
// posted results, which some formats leave out. A version without a date counts
// from when it came, which is then the best that is known.
func dated(r *evidence.Record, at string) string {
	day := at[:min(len(at), len("2006-01-02"))]
	for _, d := range []evidence.DateStruct{r.LastUpdatePosted, r.LastUpdateSubmit} {
		if _, _, p := d.Bounds(); p != evidence.NoDate {
			day = strings.TrimSpace(d.Raw)
			break
		}
	}
	no, err := strconv.Atoi(r.Version)
	if err != nil || no < 0 {
		no = 0
	}
	results := ""
	if r.Results != nil {
		results = " results"
	}
	return fmt.Sprintf("%s v%08d %s%s", day, no, r.DataDay, results)
}

// onePerPage leaves one of several copies of a record that a payload holds: the
// latest by the register's date, and of equal ones the last.
func onePerPage(records []evidence.Record) []evidence.Record {
	type place struct{ source, id, sha string }
	at := map[place]int{}
	var out []evidence.Record
	for i := range records {
		r := &records[i]
		k := place{r.Source, r.ID, r.Prov.PayloadSHA256}
		n, twice := at[k]
		switch {
		case !twice || r.ID == "":
			at[k] = len(out)
			out = append(out, *r)
		case dated(r, "") >= dated(&out[n], ""):
			out[n] = *r
		}
	}
	return out
}

// planOlder keeps content that the register had before the current version, or
// meets it in the history.
func (in *intake) planOlder(r *evidence.Record, k recordKey, kr *knownRecord, at, key string) (*recordWrite, error) {
	n, err := in.c.number("SELECT version_no FROM record_version WHERE record_no = ? AND origin = 'snapshot' AND content_hash "+
		"= ? AND dated = ? LIMIT 1",
		kr.no, r.ContentHash, key)
	if err != nil {
		return nil, err
	}
	in.res.Older++
	if n != 0 {
		return nil, in.c.exec("UPDATE record_version SET seen = min(seen, ?1), last_seen = max(last_seen, ?1) WHERE version_no = ?2", at, n)
	}
	in.nextVersion++
	return &recordWrite{rec: r, key: k, no: kr.no, version: in.nextVersion, at: at, dated: key}, nil
}
