package imports

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"past/internal/pointer"
)

// aactTables are two studies in tables as they are published: quoted cells,
// line breaks, rows in no order.
var aactTables = map[string]string{
	"studies.txt": "nct_id|brief_title|overall_status|phase|enrollment|start_month_year|last_update_posted_date\n" +
		"NCT00000002|Second|COMPLETED|PHASE3|10|2019-05|2021-01-02\n" +
		"NCT00000001|\"MDMA | \"\"first\"\"\"|COMPLETED|PHASE2/PHASE3|90|2018-11-07|2021-01-01\n",
	"eligibilities.txt": "id|nct_id|gender|minimum_age|maximum_age|criteria\n5|NCT00000001|ALL|18 Years|N/A|\"Inclusion:\n\n* PTSD\"\n",
	"design_groups.txt": "id|nct_id|group_type|title|description\n12|NCT00000001|PLACEBO_COMPARATOR|Placebo|\n11|" +
		"NCT00000001|EXPERIMENTAL|MDMA|\n",
	"interventions.txt": "id|nct_id|intervention_type|name|description\n" +
		"21|NCT00000001|DRUG|MDMA|\n22|NCT00000001|DRUG|Placebo|\n",
	"design_group_interventions.txt": "id|nct_id|design_group_id|intervention_id\n31|NCT00000001|11|21\n32|NCT00000001|12|22\n",
	"outcomes.txt": "id|nct_id|outcome_type|title|description|time_frame|population|units|dispersion_type|param_type\n" +
		"41|NCT00000001|PRIMARY|Change in CAPS-5||18 weeks|ITT|units on a scale|Standard Deviation|MEAN\n",
	"result_groups.txt": "id|nct_id|ctgov_group_code|result_type|title|description|outcome_id\n" +
		"52|NCT00000001|OG001|Outcome|Placebo||41\n51|NCT00000001|OG000|Outcome|MDMA||41\n53|NCT00000001|EG000|Reported Event|MDMA||\n",
	"outcome_counts.txt": "id|nct_id|outcome_id|result_group_id|ctgov_group_code|scope|units|count\n" +
		"61|NCT00000001|41|51|OG000|Measure|Participants|46\n62|NCT00000001|41|52|OG001|Measure|Participants|44\n",
	"outcome_measurements.txt": "id|nct_id|outcome_id|ctgov_group_code|classification|category|param_value|" +
		"dispersion_value|explanation_of_na\n" +
		"72|NCT00000001|41|OG001|||-13.9|11.5|\n71|NCT00000001|41|OG000|||-24.4|11.6|\n",
	"outcome_analyses.txt": "id|nct_id|outcome_id|param_type|param_value|p_value_raw|method\n81|NCT00000001|41|Mean " +
		"Difference|-11.9|<0.0001|ANCOVA\n",
	"outcome_analysis_groups.txt": "id|nct_id|outcome_analysis_id|ctgov_group_code\n92|NCT00000001|81|OG001\n91|NCT00000001|81|OG000\n",
	"reported_events.txt": "id|nct_id|ctgov_group_code|event_type|adverse_event_term|organ_system|event_count|" +
		"subjects_affected|subjects_at_risk\n" +
		"95|NCT00000001|EG000|serious|Suicide attempt|Psychiatric disorders||1|46\n96|NCT99999999|EG000|serious|Other|x||1|4\n",
	"calculated_values.txt": "id|nct_id|number_of_facilities\n1|NCT00000001|15\n",
	"countries.txt":         "id|nct_id|name|removed\n1|NCT00000001|Israel|f\n",
}

func aactFolder(t testing.TB, tables map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "snapshot")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, body := range tables {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestAACT imports the tables from a folder and from an archive, and explains
// values.
func TestAACT(t *testing.T) {
	ctx := context.Background()
	members := map[string]string{}
	for name, body := range aactTables {
		members["20260101/"+name] = body
	}
	crlf := map[string]string{}
	for name, body := range aactTables {
		crlf[name] = "\ufeff" + strings.ReplaceAll(body, "\n", "\r\n")
	}
	for _, from := range []string{aactFolder(t, aactTables), put(t, "aact.zip", zipped(t, members)), aactFolder(t, crlf)} {
		im := importer(t)
		rep, err := im.Files(ctx, []string{from})
		if err != nil || rep.Records != 2 {
			t.Fatalf("%s: %+v, %v", from, rep, err)
		}
		var said []string
		for _, p := range rep.Problems {
			said = append(said, p.Message)
		}
		if got := strings.Join(said, "; "); len(said) != 2 || !strings.Contains(got, "incomplete without baseline_counts.txt") ||
			!strings.Contains(got, "does not have, left out: 1") {
			t.Errorf("problems: %s", got)
		}
		r, err := im.Store.Record(ctx, "NCT00000001", time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		o := r.Results.Outcomes[0]
		m := o.Classes[0].Categories[0].Measurements[0]
		if r.Title != `MDMA | "first"` || r.Eligibility != "Inclusion:\n\n* PTSD" && r.Eligibility != "Inclusion:\r\n\r\n* PTSD" ||
			r.MaximumAge != "" || len(r.Phases) != 2 ||
			r.Arms[0].InterventionNames[0] != "Drug: MDMA" || o.Groups[0].Title != "MDMA" || o.Denoms[0].Counts[1].Value != "44" ||
			m.Value != "-24.4" || m.Spread != "11.6" || fmt.Sprint(o.Analyses[0].GroupIDs) != "[OG000 OG001]" || o.Analyses[0].PValue != "<0.0001" ||
			len(r.Results.Adverse.Events) != 1 || *r.Results.Adverse.Events[0].Stats[0].AtRisk != 46 {
			t.Errorf("%+v", r)
		}
		p, err := im.Store.Payload(ctx, r.Prov.PayloadSHA256)
		if err != nil {
			t.Fatal(err)
		}
		pl, err := pointer.Open(p).Resolve(m.Pointer + "/spread")
		if want := `"11.6" at outcome_measurements.txt, row with id 71, column dispersion_value`; err != nil || pl.String() != want {
			t.Errorf("%s, %v; want %s", pl, err, want)
		}
	}
}

// TestAACTOneTable: a table alone is refused with what to do.
func TestAACTOneTable(t *testing.T) {
	im := importer(t)
	rep, err := im.Files(context.Background(), []string{put(t, "outcomes.txt", []byte(aactTables["outcomes.txt"]))})
	if err != nil || rep.Records != 0 || len(rep.Problems) != 1 || !strings.Contains(rep.Problems[0].Message, "studies.txt") {
		t.Errorf("%+v, %v", rep, err)
	}
}

// TestAACTOpenQuote: a quote that never closes takes no other row.
func TestAACTOpenQuote(t *testing.T) {
	im := importer(t)
	rep, err := im.Files(context.Background(), []string{aactFolder(t, map[string]string{
		"studies.txt": "nct_id|brief_title|acronym\nNCT00000001|\"Open title|A\nNCT00000002|Second|\nNCT00000003|\"Third \"\"x\"\"\nline\"|C\n",
	})})
	if err != nil || rep.Records != 3 {
		t.Fatalf("%+v, %v", rep, err)
	}
	for id, title := range map[string]string{"NCT00000001": `"Open title`, "NCT00000002": "Second", "NCT00000003": "Third \"x\"\nline"} {
		if r, err := im.Store.Record(context.Background(), id, time.Time{}); err != nil || r.Title != title {
			t.Errorf("%s: %q, %v", id, r.Title, err)
		}
	}
}

// TestAACTLarge has more rows than are kept in memory: they go by temporary
// files, which are removed.
func TestAACTLarge(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	var studies, texts strings.Builder
	studies.WriteString("nct_id|brief_title\n")
	texts.WriteString("id|nct_id|description\n")
	filler := strings.Repeat("words of a long description ", 1000)
	const n = 1000
	for i := n; i > 0; i-- {
		fmt.Fprintf(&studies, "NCT%08d|T%d\n", i, i)
		fmt.Fprintf(&texts, "%d|NCT%08d|%d %s\n", i, i, i, filler)
	}
	im := importer(t)
	rep, err := im.Files(context.Background(), []string{aactFolder(t, map[string]string{"studies.txt": studies.String(),
		"brief_summaries.txt": texts.String()})})
	if err != nil || rep.Records != n {
		t.Fatalf("%d records, %v", rep.Records, err)
	}
	r, err := im.Store.Record(context.Background(), "NCT00000432", time.Time{})
	if err != nil || r.Title != "T432" || !strings.HasPrefix(r.Summary, "432 words") {
		t.Errorf("%q %q %v", r.Title, r.Summary, err)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
