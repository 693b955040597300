package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"past/internal/pipeline"
	"past/internal/review"
	"past/internal/text"
	"past/internal/vocab"
)

type vocabCmd struct {
	Test  vocabTestCmd  `cmd:"" help:"Explain what one text is about."`
	Match vocabMatchCmd `cmd:"" help:"Match NDJSON lines {id, text} and write NDJSON."`
	List  vocabListCmd  `cmd:"" help:"List the legal words of questions and tables."`
}

// useVocabulary takes the vocabulary of the review folder into use. A vocabulary
// that cannot be read is a [review.BadFiles]: what would be said or asked without
// it is about another field. The shipped one stays in use then.
func (e *Env) useVocabulary(named string) error {
	db, err := e.database()
	if err != nil {
		return err
	}
	dir, err := e.reviewDir(named, db)
	if err != nil {
		return err
	}
	f, err := review.ReadFolder(dir)
	if err != nil {
		return err
	}
	f.Problems = nil // other files matter to the commands that rest on them
	v := pipeline.OwnVocabulary(f)
	if err := f.Err(); err != nil {
		return err
	}
	if v != nil {
		vocab.Use(v)
	}
	return nil
}

// readersVocabulary is [Env.useVocabulary] for commands that answer from what is
// published: a vocabulary that cannot be read is a warning there.
func (e *Env) readersVocabulary() error {
	err := e.useVocabulary("")
	if bad := (*review.BadFiles)(nil); errors.As(err, &bad) {
		e.note("%v; the shipped vocabulary is used", bad)
		return nil
	}
	return err
}

type vocabListCmd struct {
	reviewFlag
	All  bool   `help:"In a folder of another field: the words of the shipped field too."`
	Kind string `arg:"" enum:"substances,conditions,domains,designs,comparators,instruments,topics" help:"substances, conditions, domains, designs, comparators, instruments or topics."`
}

func (c *vocabListCmd) Run(e *Env) error {
	if err := e.useVocabulary(c.Review); err != nil {
		return err
	}
	v := vocab.Default()
	words := v.Words(c.Kind)
	if all := len(words); v.Alone() && !c.All {
		words = slices.DeleteFunc(words, func(w vocab.Word) bool { return !w.Subject })
		if rest := all - len(words); rest > 0 {
			fmt.Fprintf(e.Stderr, "past: %s of the shipped field are legal too: past vocab list %s --all\n", text.Count(rest, "word"), c.Kind)
		}
	}
	if e.Globals.JSON {
		return e.printJSON(words)
	}
	w := tabwriter.NewWriter(e.Stdout, 0, 0, 2, ' ', 0)
	for _, x := range words {
		fmt.Fprintf(w, "%s\t%s\n", x.ID, x.Name)
	}
	return w.Flush()
}

type vocabTestCmd struct {
	reviewFlag
	Text []string `arg:"" help:"The text."`
}

func (c *vocabTestCmd) Run(e *Env) error {
	if err := e.useVocabulary(c.Review); err != nil {
		return err
	}
	x := vocab.Default().Explain(strings.Join(c.Text, " "))
	if e.Globals.JSON {
		return e.printJSON(x)
	}
	_, err := fmt.Fprintln(e.Stdout, x)
	return err
}

type vocabMatchCmd struct {
	reviewFlag
	File string `arg:"" help:"NDJSON file, - for standard input."`
}

func (c *vocabMatchCmd) Run(e *Env) error {
	if err := e.useVocabulary(c.Review); err != nil {
		return err
	}
	in := io.Reader(e.Stdin)
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	rep, err := vocab.MatchNDJSON(in, e.Stdout)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	if len(rep.Bad) > 0 {
		fmt.Fprintf(e.Stderr, "past: %s: %s could not be read; each is answered by a line with \"error\"\n", c.File,
			text.Count(len(rep.Bad), "line"))
		return warned()
	}
	return nil
}
