package pipeline

import (
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"past/internal/evidence"
	"past/internal/extract"
	"past/internal/extract/arm"
	"past/internal/review"
	"past/internal/synthesis"
	"past/internal/vocab"
	"past/reports"
)

// harmRows lists the adverse events that keep accepts: those posted for studies of
// the tracker's substances and those that people extracted.
func (p *Pipeline) harmRows(ctx context.Context, h *human, studies []evidence.Study, effects []evidence.Effect,
	keep func(*evidence.HarmRow) bool) ([]evidence.HarmRow, error) {
	at := studiesByRecord(studies)
	var out []evidence.HarmRow
	drop := func(r evidence.HarmRow) bool { return !keep(&r) }
	for r, err := range p.trials(ctx, p.trackedRecords(studies)) {
		if err != nil {
			return nil, fmt.Errorf("reading adverse events: %w", err)
		}
		if r.Results != nil && r.Results.Adverse != nil {
			out = append(out, evidence.Own(slices.DeleteFunc(postedHarms(&r, at[r.ID], p.Vocab), drop))...)
		}
	}
	doses, err := p.statedDoses(ctx, h.Harms, studies, effects)
	if err != nil {
		return nil, err
	}
	out = append(out, slices.DeleteFunc(extractedHarms(h.Harms, studies, effects, doses), drop)...)
	slices.SortStableFunc(out, func(a, b evidence.HarmRow) int {
		return cmp.Or(strings.Compare(a.Substance, b.Substance), strings.Compare(a.Label, b.Label), strings.Compare(a.TermID, b.TermID),
			strings.Compare(a.Window, b.Window), strings.Compare(a.Arm, b.Arm))
	})
	return out, nil
}

// reportHarms lists the adverse events and counts them by substance.
func (p *Pipeline) reportHarms(ctx context.Context, h *human, base synthesis.Base, ed *reports.Edition) (err error) {
	ed.Harms, err = p.harmRows(ctx, h, ed.Studies, base.Effects, func(*evidence.HarmRow) bool { return true })
	if err != nil {
		return err
	}
	for i := range ed.Harms {
		ed.Harms[i].ID = "h" + strconv.Itoa(i+1)
	}
	var core []string
	for _, s := range p.Vocab.Substances() {
		if s.Core {
			core = append(core, s.ID)
		}
	}
	ed.HarmSummaries = synthesis.Harms(synthesis.HarmInput{Base: base, Rows: ed.Harms, Substances: core})
	rows := ed.Harms
	ed.Downloads = append(ed.Downloads, reports.Download{Path: "harms.csv", Title: "harms.csv",
		About: "Every adverse event row of this edition, one number in a cell; empty is not stated.",
		Make:  func(w io.Writer) (string, error) { return "", harmsCSV(w, rows) }})
	return nil
}

// extractedHarms are the rows of people's tables, each with the study that its trial
// id or its name leads to, and the doubts that the study's other sources raise.
func extractedHarms(table []review.Harm, studies []evidence.Study, effects []evidence.Effect, stated statedDoses) []evidence.HarmRow {
	at, named := map[string]*evidence.Study{}, map[string]*evidence.Study{}
	for i := range studies {
		s := &studies[i]
		named[s.Label] = s
		for _, r := range s.Records {
			at[r] = s
		}
	}
	size, sessions := armSizes(effects), map[string]bool{}
	largest := map[string][2]int{} // people at risk in an arm of either side
	reports := reportOf(effects)
	out := make([]evidence.HarmRow, 0, len(table))
	for _, x := range table {
		row := extractedHarm(x, cmp.Or(at[x.TrialID], named[x.Study]), size)
		row.DOI = reports[row.StudyID]
		sessions[row.StudyID] = sessions[row.StudyID] || row.Unit == evidence.UnitSessions
		if row.AtRisk != nil && row.Control != nil {
			n := largest[row.StudyID]
			side := map[bool]int{false: 0, true: 1}[*row.Control]
			n[side] = max(n[side], *row.AtRisk)
			largest[row.StudyID] = n
		}
		out = append(out, row)
	}
	for i := range out { // a table that counts sessions in one arm does so in all
		r := &out[i]
		n, of := largest[r.StudyID], size[r.StudyID]
		switch {
		case sessions[r.StudyID]:
			r.Unit = evidence.UnitSessions
		case of[0] == 0 || of[1] == 0 || n[0] == 0 || n[1] == 0:
		case float64(n[0]+n[1]) > mostCompared*(of[0]+of[1]):
			r.Shared = evidence.Yes
			r.Flags = append(r.Flags, "the arms hold more people than the trial compared: the same people may be in both")
		default:
			r.Shared = evidence.No
		}
	}
	nameArms(out)
	doubtDoses(out, stated)
	return out
}

// mostCompared is how many times the people of a trial's results an adverse event
// table of two groups may hold before the same people must be in both: some leave
// before the results are taken.
const mostCompared = 1.3

var gradedArm = regexp.MustCompile(`^(?:very )?(?:high|mild|low|medium|moderate|full|middle)(?:[ -]dose)?$`)

// nameArms writes the substance in place of a grade of the dose that the table's
// author chose ("mild dose"), where the dose itself keeps the arms apart: one
// author's mild dose is another's high one.
func nameArms(rows []evidence.HarmRow) {
	type arm struct{ study, substance, dose string }
	grades := map[arm]map[string]bool{}
	key := func(r *evidence.HarmRow) arm { return arm{r.StudyID, r.Substance, r.Dose} }
	for i := range rows {
		if r := &rows[i]; gradedArm.MatchString(r.Arm) && r.Dose != "" {
			if grades[key(r)] == nil {
				grades[key(r)] = map[string]bool{}
			}
			grades[key(r)][r.Arm] = true
		}
	}
	for i := range rows {
		if r := &rows[i]; len(grades[key(r)]) == 1 && gradedArm.MatchString(r.Arm) {
			if s, ok := vocab.Default().Substance(r.Substance); ok {
				r.Arm = s.Name
			}
		}
	}
}

// reportOf gives the report that all results of a study were read from, of those
// that have one: what a table of its adverse events was read from too.
func reportOf(effects []evidence.Effect) map[string]string {
	out := map[string]string{}
	for _, e := range effects {
		if e.DOI == "" || extract.IsHarmTable(e) {
			continue
		}
		if doi, ok := out[e.StudyID]; ok && !strings.EqualFold(doi, e.DOI) {
			out[e.StudyID] = "" // several
		} else if !ok {
			out[e.StudyID] = e.DOI
		}
	}
	return out
}

// armSizes gives the largest arm of each study on either side, as its usable
// results state it. Results of a crossover trial count only where they are from
// before the crossover: afterwards the same people are on both sides.
func armSizes(effects []evidence.Effect) map[string][2]float64 {
	out := map[string][2]float64{}
	for _, e := range effects {
		if e.N1 == nil || e.N2 == nil || extract.IsHarmTable(e) || e.Verdict != evidence.Usable ||
			e.PostCrossover == evidence.Yes || e.Design == "crossover-rct" && e.PostCrossover != evidence.No {
			continue
		}
		n := out[e.StudyID]
		n[0], n[1] = max(n[0], *e.N1), max(n[1], *e.N2)
		out[e.StudyID] = n
	}
	return out
}

// extractedHarm is a row of a harms table. A denominator clearly larger than the
// arm counts sessions, whatever the table calls it.
func extractedHarm(x review.Harm, st *evidence.Study, size map[string][2]float64) evidence.HarmRow {
	arm, control := harmArm(x.Arm)
	dose, flags := harmDose(x.Dose, x.Substance, arm, control)
	if n := evidence.ParseNumber(x.Dose, evidence.StyleRegister); control != nil && !*control && n.OK && n.Value == 0 {
		control = nil // neither its people nor a comparison group
	}
	row := evidence.HarmRow{StudyID: cmp.Or(x.TrialID, x.Study), Label: x.Study, Substance: x.Substance, Arm: arm, Dose: dose,
		Control: control,
		Serious: x.Serious, Term: x.Term, Affected: x.Affected, AtRisk: x.N, Unit: cmp.Or(x.Unit, evidence.UnitPeople),
		Window: strings.ReplaceAll(x.Window, "_", "-"), Channel: "dataset", Source: x.Place, Flags: flags, Prov: x.Prov}
	if st != nil {
		row.StudyID = st.ID
	}
	people := size[row.StudyID][0]
	if control != nil && *control {
		people = size[row.StudyID][1]
	}
	both := size[row.StudyID][0] + size[row.StudyID][1] // in a crossover each arm holds all of them
	if x.Unit == "" && people > 0 && x.N != nil && float64(*x.N) > max(2*people, 1.1*both) {
		row.Unit = evidence.UnitSessions
	}
	if x.Rounded {
		row.Flags = append(row.Flags, evidence.HarmRounded)
	}
	synthesis.FoldHarm(&row)
	if row.TermID == synthesis.TermSerious {
		yes := true
		row.Serious = &yes
	}
	return row
}

// harmArm writes an arm of the source's own coding in words and says whether it
// is the comparison; nil where its words do not say.
func harmArm(arm string) (words string, control *bool) {
	words = strings.Join(strings.Fields(strings.ReplaceAll(strings.ToLower(arm), "_", " ")), " ")
	words = strings.NewReplacer("inactif", "inactive", " actif", " active").Replace(words)
	if rest, ok := strings.CutPrefix(words, "placebo "); ok && (rest == "inactive" || rest == "active") {
		words = rest + " placebo"
	}
	is := strings.Contains(words, "placebo")
	if words == "" || strings.Contains(words, "control") && !is {
		return words, nil
	}
	if strings.HasPrefix(words, "active placebo non") && strings.HasSuffix(words, "psychedelic") {
		words = "a non-psychedelic drug" // such as niacin to be felt, but also escitalopram as a treatment
	}
	return words, &is
}

// harmDose reads a dose in milligrams. A word is no dose, an arm of the drug has
// none of 0, and a hundred full doses are one in another unit: all are refused and
// said.
func harmDose(raw, substance, arm string, control *bool) (dose string, flags []string) {
	n := evidence.ParseNumber(raw, evidence.StyleRegister)
	switch {
	case n.Missing || strings.TrimSpace(raw) == "":
		return "", nil
	case !n.OK || n.Op != "" || n.Value < 0:
		return "", []string{fmt.Sprintf("%q is no dose in milligrams", raw)}
	case n.Value == 0 && (control == nil || !*control):
		return "", []string{fmt.Sprintf("the table gives a dose of 0 for the arm %q: whether it got the drug is not known", arm)}
	case n.Value == 0:
		return "", nil
	case vocab.Default().BeyondAny(substance, vocab.Dose{Amount: n.Value, Unit: "mg"}):
		return "", []string{fmt.Sprintf("the table gives %s mg, far more than any dose of the drug: another unit may be meant",
			strings.TrimSpace(raw))}
	}
	return strconv.FormatFloat(n.Value, 'f', -1, 64), nil
}

// tracked reports whether a study is about one of the core substances.
func tracked(v *vocab.Vocabulary, substances []string) bool {
	return slices.ContainsFunc(substances, func(id string) bool { s, ok := v.Substance(id); return ok && s.Core })
}

var changedOver = regexp.MustCompile(`(?i)\brescued?\b|\bcross(?:ed)?[- ` +
	`]?over\b|\bswitched\b|\bre-?randomi[sz]ed\b|\b(?:then|to|followed by) open[- ]label\b`)

// postedHarms are the adverse events of a record: its terms, and what it states
// of each group as a whole.
func postedHarms(r *evidence.Record, st *evidence.Study, v *vocab.Vocabulary) []evidence.HarmRow {
	a := r.Results.Adverse
	groups := map[string]evidence.HarmRow{}
	titled := make([]evidence.Group, len(a.Groups))
	for i, g := range a.Groups {
		titled[i] = g.Group
	}
	roles := arm.GroupRoles(r, titled, v)
	for i, g := range a.Groups {
		substances, control := roles[i].Substances, roles[i].Control
		if changedOver.MatchString(g.Title) { // some of its people came to have the other treatment
			control = nil
		}
		groups[g.ID] = evidence.HarmRow{StudyID: st.ID, RecordID: r.ID, Label: st.Label, Substance: harmSubstance(v, st.Substances, substances),
			Arm: g.Title, Control: control,
			Unit: evidence.UnitPeople, Window: a.TimeFrame, Threshold: a.FrequencyThreshold, Channel: "register", Source: r.URL,
			Prov: evidence.Provenance{PayloadSHA256: r.Prov.PayloadSHA256}}
	}
	var out []evidence.HarmRow
	add := func(group, term string, serious *bool, affected, events, atRisk *int, pointer string) *evidence.HarmRow {
		row := groups[group]
		row.Term, row.Serious, row.Affected, row.Events, row.AtRisk, row.Prov.Pointer = term, serious, affected, events, atRisk, pointer
		if serious != nil && *serious {
			row.Threshold = "" // it is that of the other events
		}
		if e := r.Enrollment; e != nil && atRisk != nil && strings.EqualFold(r.EnrollmentType, "ACTUAL") && *atRisk > *e {
			row.Unit = "" // more than ever took part
			row.Flags = append(slices.Clip(row.Flags), fmt.Sprintf("%d at risk, more than the %d enrolled: people may be counted more than once",
				*atRisk, *e))
		}
		synthesis.FoldHarm(&row)
		out = append(out, row)
		return &out[len(out)-1]
	}
	yes := true
	for _, g := range a.Groups {
		if g.SeriousAffected != nil {
			add(g.ID, synthesis.TermSerious, &yes, g.SeriousAffected, nil, g.SeriousAtRisk, "")
		}
		if g.DeathsAffected != nil {
			add(g.ID, synthesis.TermDeath, &yes, g.DeathsAffected, nil, g.DeathsAtRisk, "")
		}
	}
	for _, e := range a.Events {
		serious := e.Serious
		for _, s := range e.Stats {
			add(s.GroupID, e.Term, &serious, s.Affected, s.Events, s.AtRisk, s.Pointer).System = e.System
		}
	}
	return append(out, stoppedRows(r, groups, a.Groups)...)
}

// stoppedRows are the people who left because of an adverse event, by the flow of
// participants. A flow group is joined to an adverse event group of the same
// title only; who started is its denominator.
func stoppedRows(r *evidence.Record, groups map[string]evidence.HarmRow, events []evidence.EventGroup) []evidence.HarmRow {
	title := map[string]string{}
	for _, g := range events {
		title[strings.ToLower(g.Title)] = g.ID
	}
	var out []evidence.HarmRow
	for _, g := range r.Results.FlowGrps {
		id, ok := title[strings.ToLower(g.Title)]
		if !ok || len(r.Results.Flow) != 1 {
			continue // several periods count the same people again
		}
		period := r.Results.Flow[0]
		started, _ := extract.FlowCount(period.Milestones, "STARTED", g.ID)
		left, at := extract.FlowCount(period.Withdrawn, "Adverse Event", g.ID)
		if started == nil || left == nil {
			continue
		}
		row := groups[id]
		row.Term, row.Threshold, row.Affected, row.AtRisk, row.Prov.Pointer = synthesis.TermStopped, "", left, started, at
		synthesis.FoldHarm(&row)
		out = append(out, row)
	}
	return out
}

// harmSubstance is the tracked substance that a group's harms belong to: the one
// it was given, else the only one of its study; empty where several are possible.
func harmSubstance(v *vocab.Vocabulary, study, given []string) string {
	for _, list := range [][]string{given, study} {
		var core []string
		for _, id := range list {
			if s, ok := v.Substance(id); ok && (s.Core || s.FoldInto != "") {
				core = append(core, cmp.Or(s.FoldInto, id))
			}
		}
		slices.Sort(core)
		if core = slices.Compact(core); len(core) == 1 {
			return core[0]
		}
	}
	return ""
}

// harmsCSV is the table of all rows.
func harmsCSV(to io.Writer, rows []evidence.HarmRow) error {
	w := csv.NewWriter(to)
	number := func(n *int) string {
		if n == nil {
			return ""
		}
		return strconv.Itoa(*n)
	}
	state := func(b *bool) string {
		if b == nil {
			return ""
		}
		return map[bool]string{true: "yes", false: "no"}[*b]
	}
	if err := w.Write(strings.Fields("id study_id record_id label substance arm dose_mg other_dose control term term_id organ_system sexual " +
		"serious affected events at_risk unit window threshold_percent channel source flags payload_sha256 pointer")); err != nil {
		return err
	}
	for _, r := range rows {
		if err := w.Write([]string{r.ID, r.StudyID, r.RecordID, r.Label, r.Substance, r.Arm, r.Dose, r.OtherDose, state(r.Control), r.Term,
			r.TermID, r.System, state(&r.Sexual), state(r.Serious),
			number(r.Affected), number(r.Events), number(r.AtRisk), r.Unit, r.Window, r.Threshold, r.Channel, r.Source,
			strings.Join(r.Flags, "; "), r.Prov.PayloadSHA256, r.Prov.Pointer}); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}
