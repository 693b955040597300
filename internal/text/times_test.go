package text

import (
	"math"
	"testing"
)

func TestTimes(t *testing.T) {
	const mo, yr = 365.25 / 12 / 7, 365.25 / 7
	for text, want := range map[string][]float64{
		"Baseline, Week 4, Week 8":                                    {0, 4, 8},
		"Day 29 (Week 4)":                                             {4},
		"Week 12 (Day 84)":                                            {12},
		"6 months post treatment":                                     {6 * mo},
		"Week 18 (Visit 19)":                                          {18},
		"Week 1 up to Week 24":                                        {24},
		"Baseline (Day 1) to Weeks 2 and 4":                           {0, 2, 4},
		"baseline (Week 1), Week 13, Week 25":                         {0, 13, 25},
		"From Baseline (Days -30 to -1) to Week 72":                   {0, 72},
		"1, 3, 6 and 12 months after discharge":                       {mo, 3 * mo, 6 * mo, 12 * mo},
		"2-, 60-, and 120-minutes post-task periods":                  {2.0 / 10080, 60.0 / 10080, 120.0 / 10080},
		"Up to 11 months (12 cycles with 1 cycle = 28 days)":          {11 * mo},
		"Baseline and Cycle 13 (1 cycle = 28 days)":                   {0},
		"Month 6 (n=71,26,40,1)":                                      {6 * mo},
		"Change from Baseline at 12 Month/EOS (n= 91, 81)":            {0, 12 * mo},
		"Week 12, Abnormal: Improved, n=20, 19":                       {12},
		"at 15 minutes, +3 minute window":                             {15.0 / 10080},
		"Day 1 of Double Blind Period to end of Week 24 Plus 30 days": {24},
		"Baseline to 1-Month Follow-up at 12 weeks":                   {0, 12},
		"1-month follow-up":                                           {mo},
		"W12":                                                         {12},
		"D7":                                                          {1},
		"24h":                                                         {1.0 / 7},
		"SBP, C5D1, Missing":                                          {},
		"Visit 19":                                                    {},
		"5 min pre-task":                                              {-5.0 / 10080},
		"60 min post task onset":                                      {60.0 / 10080},
		"Baseline and final visit (after 26 to 36 weeks of treatment)": {0, 36},
		"Months 6, 12, 18 and 24":                                      {6 * mo, 12 * mo, 18 * mo, 24 * mo},
		"one year":                                                     {yr},
		"6 Month, 12 Month":                                            {6 * mo, 12 * mo},
		"Day 28 through Day 378":                                       {54},
		"PHQ-9 in the past 2 weeks at Week 6":                          {6},
		"12-week double-blind period, Week 12":                         {12},
		"4th week":                                                     {4},
		"daily (day 1 - day 14)":                                       {2},
		"Baseline, Post-baseline (up to Month 12)":                     {0, 12 * mo},
		"": {},
		"Participants aged 12 to 17 years at Week 8":          {8},
		"18 weeks after the first MDMA session":               {18},
		"twenty-four weeks":                                   {24},
		"Fifty two weeks after randomisation":                 {52},
		"twelve (12) weeks":                                   {12},
		"90 (ninety) days":                                    {90.0 / 7},
		"sixteen weeks":                                       {16},
		"four and eight weeks":                                {4, 8},
		"twenty-four and forty-eight weeks":                   {24, 48},
		"T1 (approximately 2 months after the third session)": {2 * mo},
		"24 hours post first dose (Day 2)":                    {1.0 / 7},
		"6m":                                                  {6 * mo},
		"3m, 6m, 12m follow-up":                               {3 * mo, 6 * mo, 12 * mo},
		"Visit 5 (Week 12)":                                   {12},
		// names, ages, strata and tests are no times
		"Six Minute Walk Test":                   {},
		"6-minute walk distance at Week 8":       {8},
		"6MWT":                                   {},
		"EQ-5D":                                  {},
		"EQ-5D-5L index at Month 3":              {3 * mo},
		"EuroQol (EQ)-5D":                        {},
		"Age: 60-64 years":                       {},
		"60 to 64 years":                         {},
		">= 65 years":                            {},
		"<18 years, Week 4":                      {4},
		"AUC(0-24)":                              {},
		"AUC 0-24h, Day 1":                       {1.0 / 7},
		"24-hour mean systolic pressure, Week 4": {4},
		"24-hour ambulatory":                     {},
		"7-day recall, Week 2":                   {2},
		"Duration of illness > 2 years":          {},
		"Duration of episode 6 months or more, Day 8": {8.0 / 7},
		"10 m walk":       {},
		"Distance of 6 m": {},
	} {
		got := Times(text)
		ok := len(got) == len(want)
		for i := range got {
			ok = ok && math.Abs(got[i]-want[i]) < 1e-9
		}
		if !ok {
			t.Errorf("Times(%q) = %v, want %v", text, got, want)
		}
	}
}

func FuzzTimes(f *testing.F) {
	for _, s := range []string{"Baseline, Week 4, Week 8", "Days -30 to -1", "1-, 2- & 3-months", "Week", "9 to", "W12 D", "(n=",
		"Week 4–", "\xff weeks 3", "two weeks"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, w := range Times(s) {
			if math.IsNaN(w) {
				t.Fatalf("%q gives NaN", s)
			}
		}
		_, _ = Single(s)
		_ = Place(s)
	})
}

// The clock's origin is kept with the number: one offset, two origins.
func TestOrigins(t *testing.T) {
	const mo = 365.25 / 12 / 7
	for text, want := range map[string]struct {
		weeks  float64
		origin string
	}{
		"Day 1 after Session 1": {1.0 / 7, "session 1"},
		"Day 1 after Session 3": {1.0 / 7, "session 3"},
		"Session 3, Day 1":      {1.0 / 7, "session 3"},
		"Session 3: 24 hours":   {1.0 / 7, "session 3"},
		"Baseline and 1 month after second experimental session": {mo, "session 2"},
		"24 hours post first dose (Day 2)":                       {1.0 / 7, "first dose"},
		"4 weeks post-dose":                                      {4, "dose"},
		"4 hours after drug intake":                              {4.0 / 168, "dose"},
		"2 weeks after the second dose":                          {2, "dose 2"},
		"1 week after dose 1":                                    {1, "first dose"},
		"18 weeks after the first MDMA session":                  {18, "session 1"},
		"3 weeks after the last psilocybin session":              {3, "last dose"},
		"6 weeks following final dosing session":                 {6, "last dose"},
		"Week 4 after randomisation":                             {4, "randomisation"},
		"52 weeks post-randomization":                            {52, "randomisation"},
		"3 months after the end of treatment":                    {3 * mo, "end of treatment"},
		"6 months post-treatment":                                {6 * mo, "end of treatment"},
		"Post-treatment Week 12":                                 {12, "end of treatment"},
		"12 months after discontinuation of the study drug":      {12 * mo, "end of treatment"},
		"1 year after surgery":                                   {365.25 / 7, "surgery"},
		"Baseline to Week 8":                                     {8, "baseline"},
		"8 weeks post-baseline":                                  {8, "baseline"},
		"Week 8":                                                 {8, ""},
		"8 weeks after start of treatment":                       {8, "first dose"},
		"Day 8 of Cycle 2":                                       {8.0 / 7, "cycle 2"},
		"Cycle 33 Day 1":                                         {1.0 / 7, "cycle 33"},
		"Period 2, 4 hours post-dose":                            {4.0 / 168, "dose"},
		"From Baseline to Post Treatment (Week 5)":               {5, "baseline"},
		"Session 3 (Day 15)":                                     {15.0 / 7, ""},
		"Baseline and 2 hours":                                   {2.0 / 168, ""},
		"Day 2 (24 hours post dose)":                             {1.0 / 7, "dose"},
		"Week 6 (6 weeks after first dose)":                      {6, "first dose"},
		"Day 1 (pre-randomization) to Day 2 of DB treatment phase (24 hours post first dose on Day 1)": {1.0 / 7, "first dose"},
		"12 weeks of treatment": {12, ""},
	} {
		m, ok := Single(text)
		if !ok || math.Abs(m.Weeks-want.weeks) > 1e-9 || m.Origin != want.origin {
			t.Errorf("%q: %v weeks from %q (%v), want %v from %q", text, m.Weeks, m.Origin, ok, want.weeks, want.origin)
		}
	}
	all := Moments("1, 2 and 4 weeks after the last dose")
	for _, m := range all {
		if m.Origin != "last dose" {
			t.Errorf("of a list: %+v", all)
		}
	}
	for text, want := range map[string]string{"Visit 5": "visit 5", "Session II": "session 2", "C3D1": "cycle 3", "Infusion 4": "session 4",
		"Week 3": ""} {
		if got := Place(text); got != want {
			t.Errorf("Place(%q) = %q, want %q", text, got, want)
		}
	}
}

// Times lists the points in time that a text names, in weeks, each once, in
// the order of the text. Baseline is 0 weeks, a span ("Week 1 up to Week 24")
// is its end, and a second name of the same point ("Day 29 (Week 4)") is not
// given twice. Windows ("+3 minute window"), lengths of a cycle and recall
// periods ("past 7 days") are no points in time.
func Times(text string) []float64 {
	var out []float64
	for _, m := range Moments(text) {
		dup := false
		for _, o := range out {
			dup = dup || math.Abs(o-m.Weeks) < 1e-9
		}
		if !dup {
			out = append(out, m.Weeks)
		}
	}
	return out
}
