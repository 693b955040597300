package export

import "context"

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
