package run

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// timeline runs a keeper under a clock that jumps to what is waited for, until
// n things have run; sleep gives how much later than due the machine wakes at
// the i-th wait.
func timeline(t *testing.T, k Keeper, start time.Time, n int, sleep func(i int) time.Duration, outcome func(i int) Outcome) (ran []string) {
	t.Helper()
	clock, waits := start, 0
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	k.Now = func() time.Time { return clock }
	k.Wait = func(ctx context.Context, due time.Time) error {
		if due.After(clock) {
			clock = due
		}
		clock = clock.Add(sleep(waits))
		waits++
		return ctx.Err()
	}
	run := func(what string) func(context.Context) Outcome {
		return func(context.Context) Outcome {
			ran = append(ran, what+" "+clock.Format("01-02 15:04 -07"))
			clock = clock.Add(10 * time.Minute) // a cycle takes its time
			if len(ran) == n {
				cancel()
			}
			return outcome(len(ran) - 1)
		}
	}
	k.Cycle, k.Tell = run("cycle"), run("tell")
	k.Run(ctx)
	return ran
}

func fine(int) Outcome        { return Outcome{} }
func awake(int) time.Duration { return 0 }
func zone(t *testing.T) *time.Location {
	t.Helper()
	l, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestKeeperKeepsTheTimes(t *testing.T) {
	berlin := zone(t)
	at := func(s string) time.Time {
		x, err := time.ParseInLocation("2006-01-02 15:04", s, berlin)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	day := Schedule{At: "03:10"}
	for name, c := range map[string]struct {
		s       Schedule
		last    time.Time
		start   string
		sleep   func(int) time.Duration
		outcome func(int) Outcome
		want    []string
	}{
		"new, every day": {day, time.Time{}, "2025-01-01 12:00", awake, fine, []string{"cycle 01-02 03:10 +01", "cycle 01-03 03:10 +01"}},
		"new, interval": {Schedule{Every: 6 * time.Hour}, time.Time{}, "2025-01-01 12:00", awake, fine,
			[]string{"cycle 01-01 12:00 +01", "cycle 01-01 18:00 +01"}},
		"restart, interval": {Schedule{Every: 6 * time.Hour}, at("2025-01-01 10:00"), "2025-01-01 12:00", awake, fine,
			[]string{"cycle 01-01 16:00 +01", "cycle 01-01 22:00 +01"}},
		"slept for three days": {day, at("2025-01-01 03:10"), "2025-01-01 12:00",
			func(i int) time.Duration { return time.Duration(btoi(i == 0)) * 72 * time.Hour }, fine,
			[]string{"cycle 01-05 03:10 +01", "cycle 01-06 03:10 +01"}},
		"was off for three days": {day, at("2025-01-01 03:10"), "2025-01-04 12:00", awake, fine,
			[]string{"cycle 01-04 12:00 +01", "cycle 01-05 03:10 +01"}},
		"was off, without catching up": {Schedule{At: "03:10", Skip: true}, at("2025-01-01 03:10"), "2025-01-04 12:00", awake, fine,
			[]string{"cycle 01-05 03:10 +01", "cycle 01-06 03:10 +01"}},
		"interval, without catching up": {Schedule{Every: 6 * time.Hour, Skip: true}, at("2025-01-01 03:00"), "2025-01-04 12:00", awake, fine,
			[]string{"cycle 01-04 15:00 +01", "cycle 01-04 21:00 +01"}},
		// summer time: once a day, at the wall's time; in the hour that is left
		// out or that comes twice, once too
		"into summer time": {day, time.Time{}, "2025-03-29 02:00", awake, fine, []string{"cycle 03-29 03:10 +01", "cycle 03-30 03:10 +02",
			"cycle 03-31 03:10 +02"}},
		"out of summer time": {day, time.Time{}, "2025-10-25 02:00", awake, fine, []string{"cycle 10-25 03:10 +02", "cycle 10-26 03:10 +01",
			"cycle 10-27 03:10 +01"}},
		"the hour that comes twice": {Schedule{At: "02:30"}, time.Time{}, "2025-10-25 01:00", awake, fine,
			[]string{"cycle 10-25 02:30 +02", "cycle 10-26 02:30 +01", "cycle 10-27 02:30 +01"}},
		"somebody else writes": {day, time.Time{}, "2025-01-01 12:00", awake, func(i int) Outcome { return Outcome{Locked: i == 0} },
			[]string{"cycle 01-02 03:10 +01", "cycle 01-02 03:25 +01", "cycle 01-03 03:10 +01"}},
		"a receiver is down": {day, time.Time{}, "2025-01-01 12:00", awake, func(i int) Outcome { return Outcome{Unsent: btoi(i < 3)} },
			[]string{"cycle 01-02 03:10 +01", "tell 01-02 03:25 +01", "tell 01-02 03:50 +01", "tell 01-02 05:00 +01", "cycle 01-03 03:10 +01"}},
	} {
		got := timeline(t, Keeper{Schedule: c.s, Last: c.last}, at(c.start), len(c.want), c.sleep, c.outcome)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", name, got, c.want)
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// The hour that is left out: once on that day, within an hour of the wall's time.
func TestKeeperInTheHourThatIsLeftOut(t *testing.T) {
	start := time.Date(2025, 3, 29, 12, 0, 0, 0, zone(t))
	got := timeline(t, Keeper{Schedule: Schedule{At: "02:30"}}, start, 2, awake, fine)
	if len(got) != 2 || got[0][:11] != "cycle 03-30" || got[1] != "cycle 03-31 02:30 +02" {
		t.Errorf("%q", got)
	}
}

func TestKeeperEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	k := Keeper{Schedule: Schedule{Every: time.Hour}, Last: time.Now(),
		Cycle: func(context.Context) Outcome { t.Error("a cycle ran"); return Outcome{} }}
	k.Run(ctx)
	k.Wait = func(context.Context, time.Time) error { return errors.New("stopped") }
	k.Run(context.Background())
}

// Whatever happens, cycles keep their distance: with an interval never closer
// than it, by the time of day never two on one day without a restart.
func TestKeeperNeverHurries(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := Schedule{Every: time.Duration(rapid.Int64Range(1, 100).Draw(r, "hours")) * time.Hour, Skip: rapid.Bool().Draw(r, "skip")}
		now := time.Unix(rapid.Int64Range(1e9, 2e9).Draw(r, "now"), 0)
		last := now.Add(-time.Duration(rapid.Int64Range(-1000, 1000).Draw(r, "since")) * time.Hour)
		next := s.Next(last, now)
		if next.Before(now) || next.Sub(now) > s.Every {
			r.Fatalf("last %s now %s: %s", last, now, next)
		}
		if last.Before(now) && next.Before(last.Add(s.Every)) {
			r.Fatalf("last %s: %s", last, next)
		}
	})
}
