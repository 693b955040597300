package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/store"
	"past/internal/vocab"
	"past/reports"
)

// reportHarms lists adverse events: those posted for studies of the tracker's
// substances, and those that people extracted.
func (p *Pipeline) reportHarms(ctx context.Context, h *human, ed *reports.Edition) error {
	at := map[string]evidence.Study{}
	for _, s := range ed.Studies {
		for _, r := range s.Records {
			at[r] = s
		}
	}
	for r, err := range p.Store.Records(ctx, store.RecordFilter{WithResults: true, WithoutGone: true}) {
		if err != nil {
			return fmt.Errorf("reading adverse events: %w", err)
		}
		st := at[r.ID]
		if r.Results.Adverse == nil || !tracked(p.Vocab, st.Substances) {
			continue
		}
		ed.Harms = append(ed.Harms, postedHarms(&r, st)...)
	}
	for _, x := range h.Harms {
		control := strings.Contains(x.Arm, "placebo")
		row := evidence.HarmRow{StudyID: x.TrialID, Label: x.Study, Substance: x.Substance, Arm: armWords(x.Arm), Dose: doseText(x.Dose), Control: &control,
			Term: x.Term, Affected: x.Affected, AtRisk: x.N, Window: strings.ReplaceAll(x.Window, "_", "-"), Channel: "dataset", Source: x.Place, Prov: x.Prov}
		if st, ok := at[x.TrialID]; ok {
			row.StudyID = st.ID
		}
		if x.Rounded {
			row.Flags = append(row.Flags, "the count was worked back from a proportion")
		}
		ed.Harms = append(ed.Harms, row)
	}
	slices.SortStableFunc(ed.Harms, func(a, b evidence.HarmRow) int {
		return cmp.Or(strings.Compare(a.Substance, b.Substance), strings.Compare(a.Label, b.Label), strings.Compare(a.Term, b.Term), strings.Compare(a.Arm, b.Arm))
	})
	return nil
}

// armWords writes an arm of the source's own coding in words.
func armWords(arm string) string {
	if arm == "placebo inactif" {
		return "inactive placebo"
	}
	return strings.ReplaceAll(arm, "_", " ")
}

func doseText(mg string) string {
	if mg == "" || mg == "0" {
		return ""
	}
	return mg
}

// tracked tells whether a study is about one of the core substances.
func tracked(v *vocab.Vocabulary, substances []string) bool {
	return slices.ContainsFunc(substances, func(id string) bool { s, ok := v.Substance(id); return ok && s.Core })
}

func postedHarms(r *evidence.Record, st evidence.Study) []evidence.HarmRow {
	a := r.Results.Adverse
	groups := map[string]string{}
	for _, g := range a.Groups {
		groups[g.ID] = g.Title
	}
	var out []evidence.HarmRow
	for _, e := range a.Events {
		if e.IsTotal() {
			continue
		}
		serious := e.Serious
		for _, s := range e.Stats {
			out = append(out, evidence.HarmRow{StudyID: st.ID, Label: st.Label, Substance: strings.Join(st.Substances, ", "), Arm: groups[s.GroupID], Term: e.Term, System: e.System,
				Serious: &serious, Affected: s.Affected, Events: s.Events, AtRisk: s.AtRisk, Window: a.TimeFrame, Threshold: a.FrequencyThreshold, Channel: "register", Source: r.URL,
				Prov: evidence.Provenance{PayloadSHA256: r.Prov.PayloadSHA256, Pointer: s.Pointer}})
		}
	}
	return out
}
