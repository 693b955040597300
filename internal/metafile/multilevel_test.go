package metafile

import (
	"strings"
	"testing"
)

// Moderators and subgroups of a table with clusters come from the model for
// dependent effects, before what takes the rows as independent. The limits are those
// that clubSandwich prints for the same models.
func TestModeratorsOfClusters(t *testing.T) {
	table := "study,yi,vi,x,g\nA,0.1,0.04,1,p\nA,0.25,0.05,2,q\nB,0.4,0.06,3,p\nB,0.5,0.05,1,p\nC,-0.1,0.08,2,q\n" +
		"D,0.3,0.03,3,q\nD,0.6,0.04,2,p\nE,0.2,0.05,1,q\nE,0.1,0.05,4,q\nF,0.7,0.06,5,p\n"
	out, err := run(t, table, Command{Cluster: "study", Mods: "x", Subgroup: "g"})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"0.0192  [-0.1734, 0.2119]", "0.4067  [-0.0259, 0.8393]", "0.2162  [0.0111, 0.4212]",
		"-0.1905  [-0.7539, 0.3728]"} {
		if !strings.Contains(out, want) {
			t.Errorf("%s is missing in\n%s", want, out)
		}
	}
	if che, naive := strings.Index(out, "CHE, sampling"), strings.Index(out, "footnote: what follows takes the rows"); che < 0 || naive < che {
		t.Errorf("the model for dependent effects does not come first:\n%s", out)
	}
	script, err := run(t, table, Command{Cluster: "study", Mods: "x", Subgroup: "g", R: true})
	if err != nil || !strings.Contains(script, "rma.mv(yi, V, mods = ~ 0 + factor(`g`)") {
		t.Errorf("%v\n%s", err, script)
	}
}

// Comparisons with one control group get the covariance that they share, and effects
// at several times one that falls with the time between them. The figures are those
// of metafor's rma.mv with the same matrices.
func TestGivenCovariances(t *testing.T) {
	phi := 0.8
	for name, c := range map[string]struct {
		table string
		cmd   Command
		want  string
	}{
		"events, one row per arm": {"study,arm,events,n\nA,high,4,20\nA,low,6,22\nA,placebo,10,21\nB,high,3,30\nB,placebo,9,31\nC," +
			"high,5,25\nC,low,7,26\nC,placebo,11,24\n",
			Command{Measure: "OR"}, "-1.0882  [-2.0352, -0.1412]"},
		"means": {"study,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,10,5,20,14,5,21\nA,9,5.5,22,14,5,21\nB,12,6,30,13,6,31\nC,8,5,25,15,5.5," +
			"24\nC,11,4.8,26,15,5.5,24\n",
			Command{}, "-0.6915  [-1.4082, 0.0252]"},
		"times": {"study,week,yi,vi\nA,4,-0.28,0.045\nA,8,-0.58,0.052\nA,18,-0.77,0.055\nB,4,-0.29,0.039\nB,8,-0.54,0.043\nB,18," +
			"-0.59,0.045\nC,2,-0.9,0.25\nC,8,-1.2,0.27\n" +
			"D,10,0.18,0.37\nD,14,-0.85,0.41\nE,4,-1.2,0.25\nE,8,-1.6,0.28\nE,16,-1.2,0.25\nF,8,-0.1,0.2\n",
			Command{Cluster: "study", Time: "week", Phi: &phi}, "correlated over week, phi 0.8 (t)                   -0.5644  [-0.7682, "},
	} {
		out, err := run(t, c.table, c.cmd)
		if err != nil || !strings.Contains(out, c.want) {
			t.Errorf("%s: %v, %q is not in\n%s", name, err, c.want, out)
		}
	}
	if _, err := run(t, plain, Command{Cluster: "study", Time: "study"}); err == nil || !strings.Contains(err.Error(), "--phi") {
		t.Errorf("a time without phi: %v", err)
	}
}
