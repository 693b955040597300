package run

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestSchedule(t *testing.T) {
	at := func(s string) time.Time {
		x, err := time.Parse("2006-01-02 15:04", s)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	day := Schedule{At: "03:30"}
	for _, c := range []struct {
		s         Schedule
		last, now string
		want      string
	}{
		{Schedule{Every: 24 * time.Hour}, "2025-01-01 10:00", "2025-01-01 11:00", "2025-01-02 10:00"},
		{Schedule{Every: 24 * time.Hour}, "2025-01-01 10:00", "2025-01-09 11:00", "2025-01-09 11:00"}, // slept for a week: once, at once
		{day, "2025-01-01 03:30", "2025-01-01 03:40", "2025-01-02 03:30"},
		{day, "2025-01-01 12:00", "2025-01-01 13:00", "2025-01-02 03:30"},
		{day, "2025-01-01 03:30", "2025-01-03 09:00", "2025-01-03 09:00"},
	} {
		if got := c.s.Next(at(c.last), at(c.now)); !got.Equal(at(c.want)) {
			t.Errorf("%+v after %s at %s: %s", c.s, c.last, c.now, got)
		}
	}
	if got := day.First(time.Time{}, at("2025-01-01 04:00")); !got.Equal(at("2025-01-02 03:30")) {
		t.Errorf("a new schedule: %s", got)
	}
	for _, bad := range []Schedule{{}, {Every: time.Second}, {At: "24:00"}, {Every: time.Hour, At: "03:00"}, {Every: time.Hour, Jitter: -1}} {
		if bad.Check() == nil {
			t.Errorf("%+v passes", bad)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := Schedule{Every: time.Duration(rapid.Int64Range(int64(time.Minute), int64(time.Hour*100)).Draw(t, "every"))}
		last := time.Unix(rapid.Int64Range(1e9, 2e9).Draw(t, "last"), 0)
		now := last.Add(time.Duration(rapid.Int64Range(0, int64(time.Hour*1000)).Draw(t, "gap")))
		if next := s.Next(last, now); next.Before(now) || next.Sub(now) > s.Every {
			t.Fatalf("next %s is not within %s after %s", next, s.Every, now)
		}
	})
}
