package metafile

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// pool runs a table from a file and gives what a person sees.
func pool(t *testing.T, table string) (string, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "own.csv")
	if err := os.WriteFile(file, []byte(table), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err := Run(context.Background(), Command{File: file}, nil, &out)
	return out.String(), err
}

// What is refused names the file, the row of the file and the column.
func TestRefusedTables(t *testing.T) {
	for name, c := range map[string]struct{ table, want string }{
		"a variance of zero behind a row left out": {"study,yi,vi\nA,NA,0.02\nB,0.4,0\nC,0.2,0.1\n",
			"own.csv: row 2 (line 3): a sampling variance of 0"},
		"text in a number column": {"study,yi,vi\nA,0.1,0.02\nB,0.2,x\n",
			`own.csv: effect sizes: row 2 (line 3), column "vi": "x"`},
		"two columns of one name but for capitals": {"study,yi,Yi,vi\nA,0.1,0.9,0.02\nB,0.4,0.8,0.05\n", `own.csv: columns "yi" and "Yi"`},
		"a quote that swallows a row": {"study,yi,vi\n\"A,0.1,0.02\n\"B\",0.4,0.05\nC,0.1,0.1\n",
			"own.csv: line 2, field 1: a quote opens here"},
	} {
		if _, err := pool(t, c.table); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestDoubtedTables(t *testing.T) {
	for name, c := range map[string]struct{ table, want string }{
		"a standard error of another variance": {"study,yi,se,vi\nA,0.1,0.3,0.02\nB,0.4,0.224,0.05\n",
			"row 1 (line 2): the standard error (column se) is not the root of the variance"},
		"half an event": {"study,ai,n1i,ci,n2i\nA,3,20,5,20\nB,3.5,20,5,20\n",
			"row 2 (line 3): column ai holds no whole number"},
		"one control under two names": {"study,m1i,sd1i,n1i,m2i,sd2i,n2i\nDavis 2021 (10 mg),14.1,7.2,24,20.3,7.9,27\n" +
			"Davis 2021 (25 mg),11.3,6.9,26,20.3,7.9,27\nRoss 2016,12,8.1,29,16.5,7,28\n",
			"shared control: rows of Davis 2021 have the same control group under several names"},
	} {
		if out, err := pool(t, c.table); err != nil || !strings.Contains(out, c.want) {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

// Two studies whose controls happen to have the same counts are no shared control.
func TestEqualControlsOfTwoStudies(t *testing.T) {
	out, err := pool(t, "study,ai,n1i,ci,n2i\nTrial 1,5,20,3,20\nTrial 2,6,21,3,20\nRoss 2016,9,30,3,20\n")
	if err != nil || strings.Contains(out, "shared control") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestSeparatorLineAndQuotedLines(t *testing.T) {
	plain, err := pool(t, "study,yi,vi\nA,0.1,0.02\nB,0.4,0.05\n")
	if err != nil {
		t.Fatal(err)
	}
	sep, err := pool(t, "sep=;\r\nstudy;yi;vi\r\nA;0,1;0,02\r\nB;0,4;0,05\r\n")
	if err != nil || sep[strings.Index(sep, "columns"):] != plain[strings.Index(plain, "columns"):] {
		t.Errorf("%v\n%s", err, sep)
	}
	if out, err := pool(t, "study,yi,vi\n\"A\nwith a second line\",0.1,0.02\n\"B \"\"b\"\"\",0.4,0.05\n"); err != nil ||
		!strings.Contains(out, "2 of 2 rows") {
		t.Errorf("%v\n%s", err, out)
	}
}
