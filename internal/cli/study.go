package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/store"
	"past/internal/synthesis"
	"past/internal/text"
)

type studyCmd struct {
	reviewFlag
	ID string `arg:"" help:"A study, or one of its records."`
}

// studyRows is one study with every row that rests on it.
type studyRows struct {
	Study      evidence.Study       `json:"study"`
	ArmResults []evidence.ArmResult `json:"arm_results"`
	Contrasts  []evidence.Contrast  `json:"contrasts"`
	Effects    []evidence.Effect    `json:"effects"`
}

func (c *studyCmd) Run(ctx context.Context, e *Env) error {
	p, err := e.openFresh(ctx, "study", c.Review)
	if err != nil {
		return err
	}
	defer p.Store.Close()
	rows, err := readStudy(ctx, p.Store, c.ID)
	if err != nil {
		return err
	}
	if e.Globals.JSON {
		return e.printJSON(rows)
	}
	s := rows.Study
	fmt.Fprintf(e.Stdout, "%s  %s\n  records: %s\n  papers: %s\n  design: %s; blinding: %s; substances: %s; conditions: %s\n", s.ID, s.Label,
		orNone(s.Records), orNone(s.Papers),
		orNone([]string{s.Design}), orNone([]string{s.Blinding}), orNone(s.Substances), cmp.Or(s.UnknownConditions(), orNone(s.Conditions)))
	for _, l := range s.Links {
		fmt.Fprintf(e.Stdout, "  joined: %s — %s (%s, %s): %s\n", l.A, l.B, l.Kind, l.Strength, l.Reason)
	}
	w := reasonedRows{w: e.Stdout}
	w.section(text.Count(len(rows.ArmResults), "arm result"))
	for i, a := range rows.ArmResults {
		if i == 0 || rows.ArmResults[i-1].RecordID != a.RecordID || rows.ArmResults[i-1].OutcomeIndex != a.OutcomeIndex {
			outcome, _, _ := strings.Cut(a.ID, "/c")
			fmt.Fprintf(w.w, "  %s  %s\n", outcome, a.OutcomeTitle)
		}
		where := slices.DeleteFunc([]string{a.ClassTitle, a.CategoryTitle, cmp.Or(a.GroupTitle, a.GroupID)},
			func(s string) bool { return s == "" })
		fmt.Fprintf(w.w, "    %s: %s; %s\n", strings.Join(where, " · "), cellWords(&a), w.verdict(a.Verdict, a.Reason))
	}
	if len(rows.Contrasts) > 0 {
		w.section(text.Count(len(rows.Contrasts), "comparison") + " of the source itself")
	}
	for _, x := range rows.Contrasts {
		fmt.Fprintf(w.w, "  %s  %s\n    %s; %s\n", x.ID, x.OutcomeTitle, contrastWords(&x), w.verdict(x.Verdict, x.Reason))
	}
	w.section(text.Count(len(rows.Effects), "effect"))
	for _, ef := range rows.Effects {
		fmt.Fprintf(w.w, "  %s  %s\n    %s; %s\n", ef.ID, ef.TimepointRaw, effectWords(&ef), w.verdict(ef.Verdict, ef.Reason))
	}
	w.end()
	return nil
}

// reasonedRows writes rows with the code of their reason, and each code's
// sentence once at the end of a section: a record may have hundreds of rows of
// one reason.
type reasonedRows struct {
	w         io.Writer
	sentences map[string]string // by code
}

func (r *reasonedRows) section(title string) {
	r.end()
	fmt.Fprintf(r.w, "\n%s\n", title)
	r.sentences = map[string]string{}
}

// end writes the sentences of the section's codes.
func (r *reasonedRows) end() {
	for _, code := range slices.Sorted(maps.Keys(r.sentences)) {
		fmt.Fprintf(r.w, "  (%s: %s)\n", code, r.sentences[code])
	}
}

// verdict gives a verdict with the code of its reason; a further sentence of the
// same code is written beside its row.
func (r *reasonedRows) verdict(v evidence.Verdict, reason string) string {
	code, sentence, ok := strings.Cut(reason, ": ")
	if known, there := r.sentences[code]; !ok || there && known != sentence {
		return fmt.Sprintf("%s: %s", v, reason)
	}
	r.sentences[code] = sentence
	return fmt.Sprintf("%s: %s", v, code)
}

// cellWords is a posted cell with its kind of value and its size.
func cellWords(a *evidence.ArmResult) string {
	value := "no value"
	if a.ValueRaw != "" {
		value = strings.ToLower(strings.ReplaceAll(a.ParamType, "_", " ")) + " " + a.Posted()
	}
	return fmt.Sprintf("%s, n %s", strings.TrimSpace(value), cmp.Or(a.NRaw, "not stated"))
}

// contrastWords is a comparison that the source posted, with its interval or p value.
func contrastWords(x *evidence.Contrast) string {
	number := func(p *float64) string { return synthesis.Number(evidence.Value(p), 4) }
	out := cmp.Or(x.Kind, "comparison")
	if x.Estimate != nil {
		out += " " + number(x.Estimate)
	}
	if x.Lower != nil && x.Upper != nil {
		out += fmt.Sprintf(" [%s, %s]", number(x.Lower), number(x.Upper))
	}
	if x.PRaw != "" {
		out += ", p " + x.PRaw
	}
	return out
}

func orNone(list []string) string {
	if s := strings.Join(list, ", "); s != "" {
		return s
	}
	return "not stated"
}

// readStudy finds a study by its id or by one of its records or papers.
func readStudy(ctx context.Context, st *store.Store, id string) (studyRows, error) {
	rows := studyRows{ArmResults: []evidence.ArmResult{}, Contrasts: []evidence.Contrast{}, Effects: []evidence.Effect{}}
	found := false
	for s, err := range st.Studies(ctx) {
		if err != nil {
			return rows, err
		}
		for _, name := range append(append([]string{s.ID, s.Label}, s.Records...), s.Papers...) {
			if strings.EqualFold(name, id) && !found {
				rows.Study, found = s, true
			}
		}
	}
	if !found {
		return rows, fmt.Errorf("no study, record or paper here is called %q; past export --format csv --table trials --out - lists the trials",
			id)
	}
	var err error
	if rows.Study.Links, err = st.StudyLinks(ctx, rows.Study.ID); err != nil {
		return rows, err
	}
	only := store.ResultFilter{RecordIDs: rows.Study.Records}
	if len(only.RecordIDs) == 0 { // nothing, not all
		only.RecordIDs = []string{""}
	}
	for a, err := range st.ArmResults(ctx, only) {
		if err != nil {
			return rows, err
		}
		rows.ArmResults = append(rows.ArmResults, a)
	}
	for x, err := range st.Contrasts(ctx, only) {
		if err != nil {
			return rows, err
		}
		rows.Contrasts = append(rows.Contrasts, x)
	}
	for ef, err := range st.Effects(ctx) {
		if err != nil {
			return rows, err
		}
		if ef.StudyID == rows.Study.ID {
			rows.Effects = append(rows.Effects, ef)
		}
	}
	return rows, nil
}
