package pipeline

import (
	"fmt"
	"strconv"
	"strings"

	"past/internal/review"
)

// atCell gives the text of a table's cell, as it stands in the file.
func atCell(body []byte, pointer string) (string, error) {
	rowText, column, _ := strings.Cut(strings.TrimPrefix(pointer, "row="), ";column=")
	n, err := strconv.Atoi(rowText)
	if err != nil {
		return "", fmt.Errorf("the pointer %s names no row", pointer)
	}
	t, _, err := review.ReadTable("payload", body)
	if err != nil {
		return "", err
	}
	for _, r := range t.Rows {
		if r.Number != n {
			continue
		}
		if column == "" {
			return r.Where(""), nil
		}
		return fmt.Sprintf("%q on line %d", r.Raw(column), r.Line), nil
	}
	return "", fmt.Errorf("the table has no row %d", n)
}
