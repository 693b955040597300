package export

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"past/internal/wholefile"
)

// Datasette is the metadata.json that describes the views of a database copy to
// people and to Datasette: title, tables, columns.
func Datasette(ctx context.Context, src Rows, tables []string, ed Edition) ([]byte, error) {
	described := map[string]any{}
	for _, t := range tables {
		columns, _, err := src.Rows(ctx, t)
		if err != nil {
			return nil, err
		}
		cols := map[string]string{}
		for _, c := range Dictionary(t, columns) {
			cols[c.Name] = c.About
		}
		described[t] = map[string]any{"description": About(t), "columns": cols}
	}
	return JSONBytes(map[string]any{"title": "PAST evidence tracker, edition " + ed.ID, "description": packageAbout(ed),
		"databases": map[string]any{"past": map[string]any{"tables": described}}})
}

// JSONBytes is indented JSON with a line end.
func JSONBytes(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", " ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	return b.Bytes(), nil
}

// WriteStream writes a file through a writer, whole or not at all.
func WriteStream(name string, write func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	_, err := wholefile.Write(name, 0o644, write)
	return err
}
