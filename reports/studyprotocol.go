package reports

import (
	"cmp"
	"strings"

	"past/internal/text"
	"past/reports/chart"
	"past/reports/internal/show"
)

// A study's page opens so many rows of a table and folds the rest.
const studyOpen = 6

// studyRecord is what one record of a study says of plan and results.
type studyRecord struct {
	ID            string
	Facts         []named
	Arms, Planned *chart.Table
	MorePlanned   *chart.Table
	LeftOut, Care *chart.Table
	Posted        *chart.Table
	PostedNote    string
	Versions      *chart.Table
}

// studyRecords gathers what the records of a study hold beside its title and state.
func (s *site) studyRecords(records []string) ([]studyRecord, error) {
	var out []studyRecord
	if s.Ed.Registered == nil {
		return nil, nil
	}
	for _, id := range records {
		r, err := s.Ed.Registered(id)
		if err != nil {
			return nil, err
		}
		if r == nil {
			continue
		}
		v := studyRecord{ID: show.Clip(id, 60), Arms: armsTable(r), LeftOut: s.codedTable(r, "left-out"), Care: s.codedTable(r, "care"),
			Versions: versionTable(r)}
		v.Planned, v.MorePlanned = s.plannedTables(r)
		v.Posted, v.PostedNote = s.postedTable(r)
		for _, f := range []named{{Name: "Allocation", Value: r.Allocation}, {Name: "Layout", Value: r.Layout},
			{Name: "Masking", Value: r.Masking},
			{Name: "Open to", Value: r.Sex}, {Name: "Ages", Value: ages(r)}} {
			if f.Value != "" {
				out := show.First(strings.ToLower(strings.ReplaceAll(show.Clip(f.Value, 80), "_", " ")))
				v.Facts = append(v.Facts, named{Name: f.Name, Value: out})
			}
		}
		if len(v.Facts) > 0 || v.Arms != nil || v.Planned != nil || v.Posted != nil || v.LeftOut != nil || v.Care != nil || v.Versions != nil {
			out = append(out, v)
		}
	}
	return out, nil
}

func ages(r *Registered) string {
	from, to := stated(r.MinimumAge), stated(r.MaximumAge)
	switch {
	case from != "" && to != "":
		return from + " to " + to
	case from != "":
		return from + " and older"
	case to != "":
		return "up to " + to
	}
	return ""
}

// stated is a register's value; "" where it writes that there is none.
func stated(s string) string {
	if text.Missing(s) {
		return ""
	}
	return s
}

func armsTable(r *Registered) *chart.Table {
	t := chart.NewTable("Arms as registered", "Arm", "Kind", "What is given")
	for _, a := range r.Arms {
		kind := show.First(strings.ToLower(strings.ReplaceAll(show.Clip(a.Type, 40), "_", " ")))
		given := show.Clip(cmp.Or(a.Description, strings.Join(a.InterventionNames, ", ")), 320)
		t.Add(orWord(show.Clip(a.Label, 120), "not named"), orDash(kind), orDash(given+doubts(a.Flags)))
	}
	return t.OrNil()
}

// doubts are the flags of a row, to follow its text.
func doubts(flags []string) string {
	if len(flags) == 0 {
		return ""
	}
	return " (" + strings.Join(flagWords(flags), "; ") + ")"
}

// flagWords are flags for people: without the codes that programs read.
func flagWords(flags []string) []string {
	out := make([]string, 0, len(flags))
	for _, f := range flags {
		out = append(out, show.Clip(plainReason(f), 300))
	}
	return out
}

// plannedTables are the planned outcomes: the first ones, and the rest.
func (s *site) plannedTables(r *Registered) (first, more *chart.Table) {
	head := []string{"Outcome", "Type", "When", "Instrument, domain"}
	a, b := chart.NewTable("Planned outcomes", head...), chart.NewTable("Further planned outcomes", head...)
	for i, o := range r.Planned {
		read := "not recognised"
		if o.Instrument != "" || o.Domain != "" {
			read = strings.Trim(s.Name(o.Instrument)+", "+s.Name(o.Domain), ", ")
		}
		t := &a
		if i >= studyOpen {
			t = &b
		}
		t.Add(orWord(show.Clip(o.Measure, 240), "not named"), orDash(strings.ToLower(show.Clip(o.Type, 20))), orDash(show.Clip(o.TimeFrame, 120)),
			read)
	}
	return a.OrNil(), b.OrNil()
}

// postedTable lists every posted cell with its verdict and why.
func (s *site) postedTable(r *Registered) (*chart.Table, string) {
	t := chart.NewTable("Posted results", "Outcome", "Group", "When", "#Value", "#n", "Instrument", "Verdict", "Why")
	for i := range r.Posted {
		x := &r.Posted[i]
		t.Add(orWord(show.Clip(x.Outcome, 160), "not named"), orDash(show.Clip(x.Group, 60)), orDash(show.Clip(x.When, 60)),
			orDash(show.Clip(x.Value, 80)), show.IntP(x.N), orDash(s.Name(x.Instrument)), orDash(x.became()),
			orDash(show.Clip(plainReason(x.Reason), 160)+doubts(x.Flags)))
	}
	note := ""
	if rest := r.PostedAll - len(r.Posted); rest > 0 {
		note = show.Plural(rest, "further cell is", "further cells are") + " in the data; past study prints each."
	}
	return t.OrNil(), note
}

// plainReason leaves out the code that a reason starts with.
func plainReason(s string) string {
	code, rest, ok := strings.Cut(s, ": ")
	if ok && code != "" && !strings.ContainsAny(code, " .,") {
		return rest
	}
	return s
}

// codedTable lists the coded passages of one kind, with the words of the record.
func (s *site) codedTable(r *Registered, group string) *chart.Table {
	t := chart.NewTable("Who was left out", "What", "In the record", "Its words")
	list := s.Ed.Protocols.LeftOut
	if group == "care" {
		t.Caption, list = "What was done beside the drug", s.Ed.Protocols.Care
	}
	name := func(code string) string {
		for i := range list {
			if list[i].Code == code {
				return show.First(show.Clip(list[i].Name, 80))
			}
		}
		return show.Clip(code, 60)
	}
	for _, c := range r.Coded {
		if c.Group == group {
			t.Add(name(c.Code), orDash(show.Clip(c.Stance, 20)), "“"+show.Clip(c.Quote, 200)+"”")
		}
	}
	return t.OrNil()
}

// versionTable lists the versions of a record that are kept.
func versionTable(r *Registered) *chart.Table {
	t := chart.NewTable("Versions of the record", "Dated by the register", "Received", "SHA-256")
	for _, v := range r.Versions {
		t.Add(orWord(show.Clip(v.Stated, 20), "not stated"), orDash(show.Clip(v.Seen, 20)), show.Clip(v.SHA256, 64))
	}
	return t.OrNil()
}
