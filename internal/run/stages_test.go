package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// memory is a store of small values.
type memory map[string]string

func (m memory) State(_ context.Context, key string) (string, error) { return m[key], nil }
func (m memory) SetState(_ context.Context, key, value string) error { m[key] = value; return nil }

// kitchen has three stages that note that they ran, over inputs that a test sets.
type kitchen struct {
	Stages
	in    Inputs
	ran   []string
	fails string // the stage that fails
}

func newKitchen() *kitchen {
	k := &kitchen{in: Inputs{Records: "r0", Files: "f0", Questions: "q0"}}
	k.Memory = memory{}
	k.Inputs = func(_ context.Context, stage string) (Inputs, error) {
		in := k.in
		if stage != "analyse" {
			in.Questions = ""
		}
		return in, nil
	}
	for _, name := range []string{"link", "extract", "analyse"} {
		k.List = append(k.List, Stage{Name: name, Do: func(context.Context) (map[string]int64, error) {
			if k.fails == name {
				return nil, errors.New("no room left")
			}
			k.ran = append(k.ran, name)
			return map[string]int64{"rows": 1}, nil
		}})
	}
	return k
}

// bring runs what is stale and returns the stages that ran.
func (k *kitchen) bring(t testing.TB, upTo string) []string {
	t.Helper()
	k.ran = nil
	if err := k.Bring(context.Background(), upTo, nil); err != nil {
		t.Fatal(err)
	}
	return k.ran
}

func TestOnlyStaleStagesRun(t *testing.T) {
	all := []string{"link", "extract", "analyse"}
	for _, c := range []struct {
		name   string
		change func(*kitchen)
		want   []string
	}{
		{"nothing changed", func(*kitchen) {}, nil},
		{"a record changed", func(k *kitchen) { k.in.Records = "r1" }, all},
		{"a review file changed", func(k *kitchen) { k.in.Files = "f1" }, all},
		{"a question changed", func(k *kitchen) { k.in.Questions = "q1" }, all[2:]},
		{"a stage was stopped in the middle", func(k *kitchen) { _ = k.Memory.SetState(context.Background(), stageState+"extract", "") },
			all[1:]},
		{"the note is another program's", func(k *kitchen) { _ = k.Memory.SetState(context.Background(), stageState+"link", "{") }, all},
	} {
		k := newKitchen()
		if got := k.bring(t, "analyse"); !slices.Equal(got, all) {
			t.Fatalf("the first run ran %v", got)
		}
		c.change(k)
		if got := k.bring(t, "analyse"); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v ran, want %v", c.name, got, c.want)
		}
		if got := k.bring(t, "analyse"); got != nil {
			t.Errorf("%s: %v ran again", c.name, got)
		}
	}
}

func TestBringEndsAtItsStage(t *testing.T) {
	k := newKitchen()
	if got := k.bring(t, "extract"); !slices.Equal(got, []string{"link", "extract"}) {
		t.Errorf("%v ran", got)
	}
	stale, err := k.Stale(context.Background())
	if err != nil || fmt.Sprint(stale) != "[analyse (it has not run)]" {
		t.Errorf("stale: %v, %v", stale, err)
	}
	if err := k.Bring(context.Background(), "publish", nil); err == nil || !strings.Contains(err.Error(), `"publish"`) {
		t.Errorf("an unknown stage: %v", err)
	}
}

// A stage that fails stays stale, and what follows it does not run.
func TestFailureStopsAndStaysStale(t *testing.T) {
	k := newKitchen()
	k.bring(t, "analyse")
	k.in.Records, k.fails, k.ran = "r1", "extract", nil
	if err := k.Bring(context.Background(), "analyse", nil); err == nil || !slices.Equal(k.ran, []string{"link"}) {
		t.Fatalf("%v ran, %v", k.ran, err)
	}
	k.fails = ""
	if got := k.bring(t, "analyse"); !slices.Equal(got, []string{"extract", "analyse"}) {
		t.Errorf("after the failure %v ran", got)
	}
}

// Whoever runs around a stage hears why it runs, and decides whether it does.
func TestAroundHearsWhy(t *testing.T) {
	k := newKitchen()
	k.bring(t, "extract")
	k.in.Files = "f1"
	var heard []string
	err := k.Bring(context.Background(), "analyse", func(stage, why string, do func() (map[string]int64, error)) error {
		heard = append(heard, stage+": "+why)
		counts, err := do()
		if err == nil && counts["rows"] != 1 {
			err = errors.New("the counts are lost")
		}
		return err
	})
	if want := []string{"link: the review files changed", "extract: the review files changed", "analyse: it has not run"}; err != nil ||
		!slices.Equal(heard, want) {
		t.Errorf("%q, %v", heard, err)
	}
}

// The law of make: after any history of changes, partial runs and failures, a run
// to the end leaves nothing stale, and a stage ran after every change that it
// rests on.
func TestAfterAnyHistoryNothingIsStale(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		k := newKitchen()
		owed := map[string]bool{"link": true, "extract": true, "analyse": true}
		bring := func(upTo string) {
			k.ran = nil
			_ = k.Bring(context.Background(), upTo, nil)
			for _, s := range k.ran {
				owed[s] = false
			}
		}
		for i := range rapid.IntRange(0, 12).Draw(rt, "steps") {
			switch rapid.IntRange(0, 4).Draw(rt, "step") {
			case 0:
				k.in.Records = fmt.Sprint("r", i)
				owed["link"], owed["extract"], owed["analyse"] = true, true, true
			case 1:
				k.in.Files = fmt.Sprint("f", i)
				owed["link"], owed["extract"], owed["analyse"] = true, true, true
			case 2:
				k.in.Questions = fmt.Sprint("q", i)
				owed["analyse"] = true
			case 3:
				k.fails = rapid.SampledFrom([]string{"", "link", "extract", "analyse"}).Draw(rt, "fails")
			case 4:
				bring(rapid.SampledFrom([]string{"link", "extract", "analyse"}).Draw(rt, "up to"))
			}
		}
		k.fails = ""
		bring("analyse")
		for stage, yes := range owed {
			if yes {
				rt.Errorf("%s did not run after a change of its inputs", stage)
			}
		}
		stale, err := k.Stale(context.Background())
		if err != nil || len(stale) > 0 {
			rt.Errorf("stale at the end: %v, %v", stale, err)
		}
	})
}
