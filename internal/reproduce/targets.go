package reproduce

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"past/analysis/effect"
	"past/internal/evidence"
	"past/internal/extract"
	"past/internal/review"
	"past/internal/starter"
	"past/internal/synthesis"
	"past/internal/text"
	"past/internal/vocab"
)

// Published holds the printed numbers, as printed; "" where none is.
type Published struct {
	K        string `yaml:"k"`
	N        string `yaml:"n"`
	Estimate string `yaml:"estimate"`
	CILower  string `yaml:"ci_lb"`
	CIUpper  string `yaml:"ci_ub"`
	P        string `yaml:"p"`
	Tau2     string `yaml:"tau2"`
	Tau2Low  string `yaml:"tau2_lb"`
	Tau2Up   string `yaml:"tau2_ub"`
	I2       string `yaml:"i2"`
	I2Low    string `yaml:"i2_lb"`
	I2Up     string `yaml:"i2_ub"`
	Q        string `yaml:"q"`
	PILower  string `yaml:"pi_lb"`
	PIUpper  string `yaml:"pi_ub"`
}

// Target is a published result and the plan that leads to it: a shipped
// question with, where they are set, another choice of arms, estimator, test,
// formula mode or prediction interval, or without one study.
type Target struct {
	ID         string    `yaml:"id"`
	Citation   string    `yaml:"citation"`
	DOI        string    `yaml:"doi"`
	Outcome    string    `yaml:"outcome"`
	Release    string    `yaml:"release"`
	Question   string    `yaml:"question"`
	Arms       string    `yaml:"arms"`
	Exclude    string    `yaml:"exclude"`
	Estimator  string    `yaml:"estimator"`
	Test       string    `yaml:"test"`
	Formula    string    `yaml:"formula"`
	Prediction string    `yaml:"prediction"`
	Method     string    `yaml:"method"`
	Published  Published `yaml:"published"`
	// Differs says why a printed number is not met, by the name of the check.
	Differs map[string]string `yaml:"differs"`
}

// Release is one release of a dataset.
type Release struct {
	ID          string   `yaml:"id"`
	Name        string   `yaml:"name"`
	Set         string   `yaml:"set"`
	Without     []string `yaml:"without"`
	WithoutRows []string `yaml:"without_rows"`
	URL         string   `yaml:"url"`
	Licence     string   `yaml:"licence"`
	Note        string   `yaml:"note"`
}

//go:embed targets.yaml
var targetsFile []byte

//go:embed releases.yaml
var releasesFile []byte

// Targets are the published results.
func Targets() ([]Target, error) {
	var ts []Target
	err := text.DecodeYAML("targets.yaml", targetsFile, &ts)
	return ts, err
}

// Releases are the released datasets.
func Releases() ([]Release, error) {
	var rs []Release
	err := text.DecodeYAML("releases.yaml", releasesFile, &rs)
	return rs, err
}

// Effects are the effects of a release, from the embedded rows.
func (r Release) Effects() ([]evidence.Effect, error) {
	b, err := starter.Extractions()
	if err != nil {
		return nil, err
	}
	rows, problems, err := review.ReadExtractions("extractions.csv", b, "")
	if err != nil {
		return nil, err
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("release %s: %s: %s", r.ID, problems[0].Where, problems[0].Message)
	}
	rows = slices.DeleteFunc(rows, func(x review.Extraction) bool {
		return !strings.HasPrefix(x.ID, r.Set) || slices.Contains(r.Without, x.Study) || slices.Contains(r.WithoutRows, x.ID)
	})
	if len(rows) == 0 {
		return nil, fmt.Errorf("release %s has no rows", r.ID)
	}
	return Effects(rows), nil
}

// Effects makes effects of extraction rows; a study is known by its label.
func Effects(rows []review.Extraction) []evidence.Effect {
	return extract.PaperEffects(rows, func(x review.Extraction) string { return x.Study }, effect.Metafor, vocab.Default())
}

// plan is the shipped question with the target's own choices.
func (t Target) plan(shipped []synthesis.Question) (synthesis.Question, error) {
	i := slices.IndexFunc(shipped, func(q synthesis.Question) bool { return q.ID == t.Question })
	if i < 0 {
		return synthesis.Question{}, fmt.Errorf("target %s: no question is called %q", t.ID, t.Question)
	}
	q := shipped[i]
	q.Population, q.Condition, q.Conditions = "", "", nil // whom a release is about is the release's own choice
	for to, v := range map[*string]string{&q.Arms: t.Arms, &q.Method: t.Estimator, &q.Test: t.Test, &q.Formula: t.Formula,
		&q.Prediction: t.Prediction} {
		if v != "" {
			*to = v
		}
	}
	if t.Exclude != "" {
		q.Exclude = append(slices.Clone(q.Exclude), synthesis.StudyExclusion{Study: t.Exclude, Reason: "left out in this analysis of the review"})
	}
	if errs := q.Check(); len(errs) > 0 {
		return q, fmt.Errorf("target %s: %s", t.ID, strings.Join(errs, "; "))
	}
	return q, nil
}
