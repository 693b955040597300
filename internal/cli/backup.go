package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"past/internal/store"
	"past/internal/text"
)

type backupCmd struct {
	File string `arg:"" name:"file" help:"Where to; it must not exist."`
}

func (c *backupCmd) Run(ctx context.Context, e *Env) error {
	st, err := e.openStore(ctx, "backup", true, false)
	if err != nil {
		return err
	}
	defer st.Close()
	start := time.Now()
	if err := st.Backup(ctx, c.File); err != nil {
		return err
	}
	copied, err := store.Open(ctx, c.File, store.Options{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("the backup was written and cannot be read: %w", err)
	}
	defer copied.Close()
	counts, err := copied.Counts(ctx)
	if err != nil {
		return err
	}
	info, err := os.Stat(c.File)
	if err != nil {
		return err
	}
	if e.Globals.JSON {
		return e.printJSON(map[string]any{"file": c.File, "bytes": info.Size(), "records": counts.Records, "payloads": counts.Payloads,
			"took": time.Since(start).Round(time.Millisecond).String()})
	}
	fmt.Fprintf(e.Stdout, "%s: %s, %s, %d bytes, checked\n", c.File, text.Count(int(counts.Records), "record"),
		text.Count(int(counts.Payloads), "payload"), info.Size())
	return nil
}

type restoreCmd struct {
	File string `arg:"" name:"file" help:"The backup." type:"existingfile"`
}

// Run checks the backup whole before anything is replaced; what was there is
// kept beside it.
func (c *restoreCmd) Run(ctx context.Context, e *Env) error {
	path, err := e.database()
	if err != nil {
		return err
	}
	if err := store.Restore(ctx, c.File, path); err != nil {
		return err
	}
	st, err := store.Open(ctx, path, store.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	counts, err := st.Counts(ctx)
	if err = errors.Join(err, st.Close()); err != nil {
		return err
	}
	if e.Globals.JSON {
		return e.printJSON(map[string]any{"file": path, "records": counts.Records, "payloads": counts.Payloads})
	}
	fmt.Fprintf(e.Stdout, "%s: %s, %s; what was there is kept beside it\n", path, text.Count(int(counts.Records), "record"),
		text.Count(int(counts.Payloads), "payload"))
	return nil
}
