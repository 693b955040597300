package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// containerfile parses the file as BuildKit does, takes every warning of its
// linter for a mistake, and checks what the last stage promises.
func containerfile(b []byte) (string, error) {
	tree, err := parser.Parse(bytes.NewReader(b))
	if err != nil {
		return "", err
	}
	var errs []error
	for _, w := range tree.Warnings {
		errs = append(errs, fmt.Errorf("%s (%s)", w.Short, w.URL))
	}
	lint := linter.New(&linter.Config{Warn: func(rule, description, url, message string, at []parser.Range) {
		line := 0
		if len(at) > 0 {
			line = at[0].Start.Line
		}
		errs = append(errs, fmt.Errorf("line %d: %s: %s", line, rule, message))
	}})
	stages, _, err := instructions.Parse(tree.AST, lint)
	if err != nil {
		return "", errors.Join(append(errs, err)...)
	}
	if len(stages) == 0 {
		return "", errors.Join(append(errs, errors.New("no stage"))...)
	}
	errs = append(errs, lastStage(stages[len(stages)-1]))
	return fmt.Sprintf("read by BuildKit's parser: %d stages, no lint warning", len(stages)), errors.Join(errs...)
}

func lastStage(s instructions.Stage) error {
	user, volume, entry := "", false, false
	var errs []error
	for _, c := range s.Commands {
		switch c := c.(type) {
		case *instructions.UserCommand:
			user = c.User
		case *instructions.VolumeCommand:
			volume = volume || len(c.Volumes) == 1 && c.Volumes[0] == "/data"
		case *instructions.EntrypointCommand:
			entry = !c.PrependShell && len(c.CmdLine) == 1
		case *instructions.RunCommand:
			errs = append(errs, errors.New("the last stage runs a command, but its base has no shell"))
		}
	}
	id, _, _ := strings.Cut(user, ":")
	return errors.Join(append(errs,
		want(id != "" && id != "0" && id != "root" && strings.Trim(id, "0123456789") == "",
			"USER must be a number other than 0, so that a cluster can see that it is not root"),
		want(volume, "/data must be a volume"),
		want(entry, "ENTRYPOINT must be in exec form: there is no shell"))...)
}

func want(ok bool, why string) error {
	if ok {
		return nil
	}
	return errors.New(why)
}
