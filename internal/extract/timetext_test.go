package extract

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
	for _, s := range []string{"Baseline, Week 4, Week 8", "Days -30 to -1", "1-, 2- & 3-months", "Week", "9 to", "W12 D", "(n=", "Week 4–", "\xff weeks 3", "two weeks"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, w := range Times(s) {
			if math.IsNaN(w) {
				t.Fatalf("%q gives NaN", s)
			}
		}
		_ = startsWithBaseline(s)
		_, _ = single(s)
	})
}
