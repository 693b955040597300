package pipeline

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"past/internal/evidence"
	"past/internal/extract"
	"past/internal/extract/reason"
	"past/internal/review"
	"past/internal/vocab"
)

// dosed is a substance in a study.
type dosed struct{ study, substance string }

// statedDoses are the doses that the other sources of each study state: the rows of
// its results and its registered arms.
type statedDoses map[dosed][]vocab.Dose

func (d statedDoses) add(v *vocab.Vocabulary, study, substance string, texts ...string) {
	k := dosed{study, substance}
	for _, text := range texts {
		for _, dose := range v.DosesOf(substance, text) {
			same := func(x vocab.Dose) bool {
				return x.Amount == dose.Amount && x.Upper == dose.Upper && x.Unit == dose.Unit
			}
			if !slices.ContainsFunc(d[k], same) {
				d[k] = append(d[k], dose)
			}
		}
	}
}

// statedDoses gathers the doses of the studies that a table of harms is about. A dose
// in a unit that cannot be meant contradicts nothing.
func (p *Pipeline) statedDoses(ctx context.Context, table []review.Harm, studies []evidence.Study,
	effects []evidence.Effect) (statedDoses, error) {
	asked, substances := map[string]bool{}, map[string][]string{}
	for _, r := range extractedHarms(table, studies, nil, nil) {
		if asked[r.StudyID] = true; !slices.Contains(substances[r.StudyID], r.Substance) {
			substances[r.StudyID] = append(substances[r.StudyID], r.Substance)
		}
	}
	out := statedDoses{}
	for _, e := range effects {
		if !asked[e.StudyID] || extract.IsHarmTable(e) || reason.DoseDoubt(e.Flags) != "" {
			continue
		}
		out.add(p.Vocab, e.StudyID, e.Substance, e.DoseTreat, e.ArmTreat)
		control := strings.TrimSpace(e.Comparator + " " + e.ArmCtrl + " " + e.DoseCtrl)
		if slices.Contains(p.Vocab.Given(control).Drugs, e.Substance) {
			out.add(p.Vocab, e.StudyID, e.Substance, control)
		}
	}
	var ids []string
	for i := range studies {
		if asked[studies[i].ID] {
			ids = append(ids, studies[i].Records...)
		}
	}
	at := studiesByRecord(studies)
	for r, err := range p.trials(ctx, ids) {
		if err != nil {
			return nil, fmt.Errorf("reading doses: %w", err)
		}
		texts := armTexts(r.Arms...)
		for _, s := range substances[at[r.ID].ID] {
			if len(p.Vocab.DoubtfulDoses(s, texts...)) == 0 {
				out.add(p.Vocab, at[r.ID].ID, s, texts...)
			}
		}
	}
	return out, nil
}

// armTexts are the texts of registered arms that can state what is given.
func armTexts(arms ...evidence.Arm) (out []string) {
	for _, a := range arms {
		out = append(append(out, a.Label, a.Description), a.InterventionNames...)
	}
	return out
}

// doubtDoses flags the doses of harm rows that the other sources of the study
// contradict: the table has a dose that they do not state, and they have one that the
// table does not. A further dose on one side alone contradicts nothing.
func doubtDoses(rows []evidence.HarmRow, stated statedDoses) {
	table := map[dosed][]float64{}
	for _, r := range rows {
		if mg, err := strconv.ParseFloat(r.Dose, 64); err == nil {
			k := dosed{r.StudyID, r.Substance}
			table[k] = append(table[k], mg)
		}
	}
	for i := range rows {
		r := &rows[i]
		k := dosed{r.StudyID, r.Substance}
		mg, err := strconv.ParseFloat(r.Dose, 64)
		if err != nil || slices.ContainsFunc(stated[k], func(d vocab.Dose) bool { return sameDose(mg, d) }) {
			continue
		}
		var other []string
		for _, d := range stated[k] {
			if !slices.ContainsFunc(table[k], func(mg float64) bool { return sameDose(mg, d) }) {
				other = append(other, d.Text)
			}
		}
		if len(other) > 0 {
			r.OtherDose = strings.Join(other, ", ")
			r.Flags = append(slices.Clip(r.Flags), reason.Say(reason.DoseDiffers,
				fmt.Sprintf("the table gives %s, the trial's arms or results give %s", doseWords(r), r.OtherDose)))
		}
	}
}

// sameDose reports whether an amount is the stated dose. A dose by body weight or a
// span of doses is no one amount; a dose per 70 kg counts as that of 70 kg.
func sameDose(mg float64, d vocab.Dose) bool {
	amount, ok := vocab.Convert(d, "mg")
	return ok && (d.Upper == 0 || d.Upper == d.Amount) && !strings.HasSuffix(d.Unit, "/kg") && math.Abs(amount-mg) <= 0.02*mg
}

func doseWords(r *evidence.HarmRow) string {
	a := evidence.HarmArm{Dose: r.Dose}
	return a.DoseWords()
}

// doseProblems are the doses of people's tables that are in doubt, one of each arm and
// of each study.
func doseProblems(h *human, rows []evidence.HarmRow, effects []evidence.Effect) []evidence.Problem {
	var out []evidence.Problem
	seen := map[string]bool{}
	add := func(id, where, message string) {
		if !seen[id+message] {
			seen[id+message] = true
			out = append(out, evidence.Problem{Source: "review", RecordID: id, Kind: "dose-doubt", Where: where, Message: message,
				Retry: "past review check"})
		}
	}
	said := func(flags []string, code string) string {
		for _, f := range flags {
			if why, ok := strings.CutPrefix(f, code+": "); ok {
				return why
			}
		}
		return ""
	}
	for i, x := range h.Extracted {
		j := slices.IndexFunc(effects, func(e evidence.Effect) bool { return e.ID == x.ID })
		if j < 0 {
			continue
		}
		if why := said(effects[j].Flags, reason.DoseUnit); why != "" {
			add(effects[j].StudyLabel, fmt.Sprintf("%s line %d, columns dose_treat, dose_ctrl", h.Extracted[i].File, x.Line),
				effects[j].StudyLabel+": "+why)
		}
	}
	for _, r := range rows {
		if why := said(r.Flags, reason.DoseDiffers); why != "" {
			i := slices.IndexFunc(h.Files, func(f review.File) bool { return f.SHA256 == r.Prov.PayloadSHA256 })
			if i < 0 {
				continue
			}
			add(r.Label, h.Files[i].Path+" "+strings.ReplaceAll(r.Prov.Pointer, "row=", "row ")+", column dose_mg", r.Label+": "+why)
		}
	}
	return out
}
