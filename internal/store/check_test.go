package store

import (
	"context"
	"errors"
	"os"
	"past/internal/store/value"
	"path/filepath"
	"strings"
	"testing"
)

// A payload that no longer has its hash is found at every place that answers
// for the data: the check, a backup and a restore.
func TestDamagedPayloadIsRefused(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	path := filepath.Join(dir, "past.db")
	s := open(t, path, Options{Create: true})
	commit(t, s, page("r", 0, 3, 0, ""))
	good := filepath.Join(dir, "good.db")
	if err := s.Backup(ctx, good); err != nil {
		t.Fatal(err)
	}
	var sha string
	err := s.write(ctx, func(c *conn) error {
		row, _, err := c.one("SELECT payload_no, sha256, body FROM payload")
		if err != nil {
			return err
		}
		body, _ := row[2].([]byte)
		sha = value.Text(row[1])
		body = append([]byte(nil), body...)
		body[len(body)/2] ^= 0xff
		return c.exec("UPDATE payload SET body = ? WHERE payload_no = ?", body, row[0])
	})
	if err != nil {
		t.Fatal(err)
	}
	for depth, want := range map[Depth]int{Structure: 0, Payloads: 1, Records: 1} {
		if faults, err := s.Check(ctx, depth); err != nil || len(faults) != want || want > 0 && !strings.Contains(faults[0], sha) {
			t.Errorf("depth %d: %q, %v", depth, faults, err)
		}
	}
	bad := filepath.Join(dir, "bad.db")
	if err := s.Backup(ctx, bad); !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), sha) {
		t.Errorf("backup: %v", err)
	}
	left, err := filepath.Glob(bad + "*")
	if err != nil || len(left) > 0 {
		t.Errorf("the refused backup left %v (%v)", left, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Restore(ctx, path, filepath.Join(dir, "new.db")); !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), sha) {
		t.Errorf("restore: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "new.db")); err == nil {
		t.Error("the damaged file was restored")
	}
	if err := Restore(ctx, good, path); err != nil {
		t.Errorf("restore of the good copy: %v", err)
	}
}
