package cli_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"past/internal/cli"
	"past/internal/review"
	"past/internal/vocab"
)

// fault is something that goes wrong outside the program, and what a user sees
// of it. In arguments DIR is the tracker's folder and URL the register's address.
type fault struct {
	name string
	do   func(f *tracker)        // makes the fault
	ask  func(*life) []string    // the command that meets it
	reg  http.HandlerFunc        // what the register answers
	code int                     // exit code
	says []string                // in the output
	ruin bool                    // the database itself is the damaged thing
	then func(f *tracker) result // after the cause is gone; it must succeed
}

// tracker is the folder that a fault is tried in: a database with records of a
// register and of people, and a published site.
type tracker struct {
	*life
	t *testing.T
}

func (f *tracker) write(name, text string) {
	f.t.Helper()
	if err := os.WriteFile(f.at(name), []byte(text), 0o644); err != nil {
		f.t.Fatal(err)
	}
}

// bytesOf changes the bytes of a file.
func (f *tracker) bytesOf(name string, change func([]byte) []byte) {
	f.t.Helper()
	b, err := os.ReadFile(f.at(name))
	if err != nil {
		f.t.Fatal(err)
	}
	f.write(name, string(change(b)))
}

func (f *tracker) sql(text string) {
	f.t.Helper()
	db, err := sql.Open("sqlite", "file:"+f.at("past.db"))
	if err == nil {
		_, err = db.Exec(text)
	}
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *tracker) past(args ...string) result { return past(f.t, in(args...)(f.life)...) }

// addRow adds a row to a table of people, so that there is an edition to make.
func addRow(f *tracker) {
	f.bytesOf("review/extractions.csv", func(b []byte) []byte {
		lines := bytes.Split(bytes.TrimSpace(b), []byte("\n"))
		row := bytes.Replace(bytes.Replace(lines[1], []byte("s1,"), []byte("s9,"), 1), []byte("Goldstein"), []byte("Morales"), 1)
		return append(bytes.Join(append(lines, row), []byte("\n")), '\n')
	})
}

// remove takes files of the tracker away.
func remove(names ...string) func(*tracker) {
	return func(f *tracker) {
		for _, n := range names {
			if err := os.RemoveAll(f.at(n)); err != nil {
				f.t.Fatal(err)
			}
		}
	}
}

func writes(name, text string) func(*tracker) { return func(f *tracker) { f.write(name, text) } }

func links(name, to string) func(*tracker) {
	return func(f *tracker) {
		remove(name)(f)
		if err := os.Symlink(to, f.at(name)); err != nil {
			f.t.Fatal(err)
		}
	}
}

var (
	cycleOffline = in("refresh", "--no-crawl", "--db=DIR/past.db", "--review=DIR/review", "--out=DIR/site")
	asking       = in("crawl", "ctgov", "--db=DIR/past.db", "--endpoint=ctgov=URL/api/v2")
)

// importing is an import of one file of the tracker's folder.
func importing(name string) func(*life) []string {
	return in("import", "--db=DIR/past.db", "DIR/"+name)
}

func answer(status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// zipped is an archive of members, name and content in turn.
func zipped(members ...string) string {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		if w, err := z.Create(members[i]); err == nil {
			_, _ = io.WriteString(w, members[i+1])
		}
	}
	_ = z.Close()
	return b.String()
}

func gzipped(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, text)
	_ = z.Close()
	return b.String()
}

const oneStudy = `{"protocolSection":{"identificationModule":{"nctId":"NCT09999999","briefTitle":"A"}}}`

// aliases is a YAML text of a few hundred bytes that expands to 10^9 words.
func aliases() string {
	text := "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
	for i := 1; i < 9; i++ {
		text += fmt.Sprintf("a%d: &a%d [%s*a%d]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d,", i-1), 9), i-1)
	}
	return text
}

func registerFaults() []fault {
	studies := func(w http.ResponseWriter, r *http.Request, body string) {
		if strings.HasSuffix(r.URL.Path, "/version") {
			body = `{"apiVersion":"2.0.5","dataTimestamp":"2026-01-01T00:00:00"}`
		}
		answer(200, "application/json", body)(w, r)
	}
	return []fault{
		{name: "register refuses connections", ask: in("crawl", "ctgov", "--db=DIR/past.db", "--endpoint=ctgov=http://127.0.0.1:1/api/v2"),
			code: 1, says: []string{"refused"}},
		{name: "register answers 404", reg: answer(404, "text/plain", "no"), ask: asking, code: 1, says: []string{"404"}},
		{name: "register answers 403", reg: answer(403, "text/html", "<html>blocked"), ask: asking, code: 1, says: []string{"403"}},
		{name: "register is out of order", reg: answer(500, "text/plain", "no"), ask: asking, code: 1, says: []string{"500"}},
		{name: "register sends a page for people", reg: answer(200, "text/html", "<!doctype html><title>Maintenance</title>"), ask: asking,
			code: 1, says: []string{"Maintenance"}},
		{name: "register sends another shape", reg: answer(200, "application/json", `{"items":[]}`), ask: asking, code: 1,
			says: []string{"ctgov"}},
		{name: "register breaks off in mid-answer", reg: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "10000")
			_, _ = io.WriteString(w, `{"studies":[`)
			panic(http.ErrAbortHandler)
		}, ask: asking, code: 1, says: []string{"ctgov"}},
		{name: "register sends elsewhere in a circle", reg: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path+"x", http.StatusFound)
		}, ask: asking, code: 1, says: []string{"redirect"}},
		{name: "register sends to an inner address", reg: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusFound)
		}, ask: asking, code: 1, says: []string{"169.254.169.254"}},
		{name: "register's pages never end", reg: func(w http.ResponseWriter, r *http.Request) {
			studies(w, r, `{"totalCount":1,"nextPageToken":"again","studies":[`+oneStudy+`]}`)
		}, ask: asking, code: 1, says: []string{"ctgov"}},
		{name: "register sends a bomb", reg: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			for block := make([]byte, 1<<20); r.Context().Err() == nil; {
				if _, err := z.Write(block); err != nil {
					return
				}
			}
		}, ask: asking, code: 1, says: []string{"larger than"}},
		{name: "register's studies are deeper than any document", reg: func(w http.ResponseWriter, r *http.Request) {
			studies(w, r, `{"totalCount":1,"studies":[`+strings.Repeat(`{"a":`, 200_000)+"1"+strings.Repeat("}", 200_000)+"]}")
		}, ask: asking, code: 1, says: []string{"ctgov"}},
	}
}

func databaseFaults() []fault {
	flip := func(from, to float64) func(*tracker) {
		return func(f *tracker) {
			f.bytesOf("past.db", func(b []byte) []byte {
				for i := int(from * float64(len(b))); i < int(to*float64(len(b))); i++ {
					b[i] ^= 0x5a
				}
				return b
			})
		}
	}
	doctor := in("doctor", "--db=DIR/past.db", "--out=DIR/site", "--contact=a@example.org", "--full")
	return []fault{
		{name: "a page of the database is damaged", do: flip(.4, .6), ask: cycleOffline, code: 1, says: []string{"past restore"}, ruin: true},
		{name: "doctor sees a damaged page", do: flip(.4, .6), ask: doctor, code: 1, says: []string{"fault"}, ruin: true},
		{name: "the head of the database is damaged", do: flip(0, .001), ask: in("status", "--db=DIR/past.db"), code: 1,
			says: []string{"not a past database"}, ruin: true},
		{name: "the database is cut in half", do: func(f *tracker) {
			f.bytesOf("past.db", func(b []byte) []byte { return b[:len(b)/2] })
		}, ask: cycleOffline, code: 1, says: []string{"past restore"}, ruin: true},
		{name: "the database is empty", do: writes("past.db", ""), ask: in("status", "--db=DIR/past.db"), code: 1, says: []string{"empty"},
			ruin: true},
		{name: "a stored body is damaged", do: func(f *tracker) {
			f.sql("UPDATE payload SET body = CAST(x'ff' || substr(body, 2) AS BLOB) WHERE payload_no = 1")
		}, ask: in("report", "--db=DIR/past.db", "--review=DIR/review", "--out=DIR/report"), code: 1, says: []string{"damaged"}, ruin: true},
		{name: "a stored body is damaged and a cycle is due", do: func(f *tracker) {
			f.sql("UPDATE payload SET body = CAST(x'ff' || substr(body, 2) AS BLOB) WHERE payload_no = 1")
			addRow(f)
		}, ask: cycleOffline, code: 1, says: []string{"damaged"}, ruin: true},
		{name: "the write-ahead log is cut", do: func(f *tracker) { f.write("past.db-wal", "\x37\x7f\x06\x82half of a header") },
			ask: in("status", "--db=DIR/past.db"), code: 0, says: []string{"records"}},
		{name: "the write-ahead log is of another database", do: func(f *tracker) {
			f.write("past.db-wal", strings.Repeat("\x37\x7f\x06\x82\x00\x2d\xe2\x18", 9000))
		}, ask: in("status", "--db=DIR/past.db"), code: 0, says: []string{"records"}},
		{name: "the database is of a newer program", do: func(f *tracker) { f.sql("PRAGMA user_version = 99") },
			ask: cycleOffline, code: 1, says: []string{"version 99", "update the program"}, ruin: true},
		{name: "a lock of a process that is gone", do: writes("past.db.lock", `{"pid":999999,"host":"x","what":"crawl"}`), ask: cycleOffline},
		{name: "the clock went back", do: func(f *tracker) {
			f.sql("UPDATE run SET started = '2126' || substr(started, 5), ended = '2126' || substr(ended, 5)")
		}, ask: doctor, code: 3, says: []string{"the clock", "still to come"}},
		{name: "a backup is damaged", do: func(f *tracker) {
			want(f.t, f.past("backup", "--db=DIR/past.db", "DIR/copy.db"), 0)
			f.bytesOf("copy.db", func(b []byte) []byte {
				for i := len(b) / 2; i < len(b)/2+8192; i++ {
					b[i] ^= 0x5a
				}
				return b
			})
		}, ask: in("restore", "--db=DIR/past.db", "DIR/copy.db"), code: 1, says: []string{"copy.db"}},
		{name: "a backup is an archive", do: writes("copy.db", zipped("../past.db", "x")),
			ask: in("restore", "--db=DIR/past.db", "DIR/copy.db"), code: 1, says: []string{"not a past database"}},
		{name: "a shard is damaged", do: func(f *tracker) {
			want(f.t, f.past("backup", "--db=DIR/past.db", "DIR/copy.db"), 0)
			f.bytesOf("copy.db", func(b []byte) []byte { return b[:len(b)*2/3] })
		}, ask: in("merge", "--db=DIR/past.db", "DIR/copy.db"), code: 1, says: []string{"copy.db"}},
		{name: "the backup is there already", do: writes("copy.db", "mine"), ask: in("backup", "--db=DIR/past.db", "DIR/copy.db"), code: 1,
			says: []string{"exists"}},
	}
}

// peopleFaults are broken files of people, of each kind and in each way. The
// cycle publishes nothing and names the file; with the file as it was, it works.
func peopleFaults() []fault {
	var out []fault
	broken := func(what, name string, do func(*tracker), says ...string) {
		out = append(out, fault{name: name + ": " + what, do: do, ask: cycleOffline, code: 4,
			says: append(says, filepath.Base(name), "readers still see")})
	}
	bad := func(what, name, text string, says ...string) {
		broken(what, name, writes("review/"+name, text), says...)
	}
	for _, name := range []string{"extractions.csv", "measured.csv", "harms.csv", "notices.csv", "other-evidence.csv", "guesses.csv",
		"cards.csv", "inclusion.csv", "correction.csv", "links.csv", "risk-of-bias.csv", "certainty.csv", "topics.csv"} {
		if past := kindOfFile(name); past {
			bad("another table", name, "Title;Author\nx;y\n")
		}
	}
	bad("binary", "extractions.csv", "PK\x03\x04\x00\x00\xff\xfe\x00\x00")
	bad("empty", "extractions.csv", "")
	bad("bombs of aliases", "questions.yaml", aliases())
	bad("deep", "claims.yaml", strings.Repeat("[", 100_000))
	bad("a list for a map", "vocabulary.yaml", "- a\n- b\n")
	bad("not YAML", "questions.yaml", "questions: [\n  {id: a\n: :")
	bad("too large", "questions.yaml", "# "+strings.Repeat("x", 5<<20))
	broken("a device", "extractions.csv", links("review/extractions.csv", "/dev/zero"))
	broken("a link out", "extractions.csv", links("review/extractions.csv", "/etc/passwd"))
	broken("a link to nowhere", "extractions.csv", links("review/extractions.csv", "gone.csv"))
	broken("a row is gone", "extractions.csv", func(f *tracker) {
		f.bytesOf("review/extractions.csv", func(b []byte) []byte {
			lines := bytes.SplitAfter(bytes.TrimSpace(b), []byte("\n"))
			return bytes.Join(lines[:len(lines)-1], nil)
		})
	}, "lost")
	for i := range out {
		out[i].then = func(f *tracker) result {
			replace(f.t, f.at("review"), filepath.Join(f.kept, "review"))
			return f.past(cycleOffline(f.life)...)
		}
	}
	return append(out,
		fault{name: "the review folder is a file", do: func(f *tracker) { remove("review")(f); f.write("review", "x") }, ask: cycleOffline,
			code: 2, says: []string{"is a file"}},
		fault{name: "the review folder leads nowhere", do: links("review", "gone"), ask: cycleOffline, code: 2, says: []string{"review"}},
		fault{name: "the review folder leads in a circle", do: links("review", "review"), ask: cycleOffline, code: 2,
			says: []string{"review"}},
		fault{name: "the folder beside the database leads nowhere", do: links("review", "gone"),
			ask: in("refresh", "--no-crawl", "--db=DIR/past.db", "--out=DIR/site"), code: 1, says: []string{"review folder"}},
		fault{name: "the folder beside the database is gone", do: remove("review"),
			ask: in("refresh", "--no-crawl", "--db=DIR/past.db", "--out=DIR/site"), code: 4, says: []string{"readers still see"}},
		fault{name: "odd names in the review folder", do: func(f *tracker) {
			for _, d := range []string{"review/.git/refs/heads/questions-x", "review/..data"} {
				if err := os.MkdirAll(f.at(d), 0o755); err != nil {
					f.t.Fatal(err)
				}
			}
			f.write("review/.git/refs/heads/extractions.csv", "x")
			f.write("review/.git/questions.yaml", "{{{")
			f.write("review/..data/claims.yaml", "{{{")
			f.write("review/extractions.csv.orig", "x")
			f.write("review/#questions.yaml#", "{{{")
			links("review/up", "..")(f)
		}, ask: cycleOffline})
}

func siteFaults() []fault {
	return []fault{
		{name: "the shown edition is gone", do: remove("site/editions"),
			ask: in("doctor", "--db=DIR/past.db", "--out=DIR/site", "--contact=a@example.org"), code: 1, says: []string{"is shown and not there"},
			then: func(f *tracker) result { return f.past(cycleOffline(f.life)...) }, ruin: true},
		{name: "the link to the shown edition is gone", do: remove("site/current"), ask: cycleOffline},
		{name: "the published folder holds another's file", ask: cycleOffline,
			do: func(f *tracker) { f.write("site/thesis.docx", "x"); addRow(f) },
			then: func(f *tracker) result {
				if _, err := os.Stat(f.at("site/thesis.docx")); err != nil {
					f.t.Error(err)
				}
				return result{}
			}},
		{name: "the published folder is a file", do: func(f *tracker) { remove("site")(f); f.write("site", "x") }, ask: cycleOffline, code: 1,
			says: []string{"site"}, ruin: true},
		{name: "the report's folder holds another's file", do: func(f *tracker) {
			if err := os.Mkdir(f.at("mine"), 0o755); err != nil {
				f.t.Fatal(err)
			}
			f.write("mine/a", "x")
		}, ask: in("report", "--db=DIR/past.db", "--review=DIR/review", "--out=DIR/mine"), code: 1, says: []string{"choose another folder"}},
		{name: "the message cannot be delivered", do: addRow,
			ask:  in("refresh", "--no-crawl", "--db=DIR/past.db", "--review=DIR/review", "--out=DIR/site", "--notify-command=exit 1"),
			code: 3, says: []string{"is tried again"}},
		{name: "the configuration is broken", do: writes("past.yaml", "db: [\n"), ask: in("status", "--config=DIR/past.yaml"), code: 2,
			says: []string{"past.yaml"}},
		{name: "the configuration is a bomb", do: writes("past.yaml", aliases()), ask: in("status", "--config=DIR/past.yaml"), code: 2,
			says: []string{"past.yaml"}},
	}
}

func fileFaults() []fault {
	endless := func(code int, args ...string) fault {
		return fault{name: strings.Join(args, " "), ask: in(append(args, "--db=DIR/past.db")...), code: code, says: []string{"/dev/zero"}}
	}
	return []fault{
		endless(1, "question", "check", "/dev/zero"), endless(1, "analyse", "--question=/dev/zero"), endless(2, "status", "--config=/dev/zero"),
		endless(1, "refresh", "--no-crawl", "--gate-rules=/dev/zero", "--out=DIR/site"), endless(1, "crawl", "ctgov", "--register-ca=/dev/zero"),
		endless(1, "restore", "/dev/zero"), endless(1, "merge", "/dev/zero"), endless(1, "reproduce", "--data=/dev/zero"),
		{name: "import of nothing", do: writes("x.json", ""), ask: importing("x.json"), code: 3, says: []string{"x.json", "empty"}},
		{name: "import of a device", ask: in("import", "--db=DIR/past.db", "/dev/zero"), code: 1, says: []string{"/dev/zero"}},
		{name: "import of a link to a device", do: links("x.json", "/dev/urandom"), ask: importing("x.json"), code: 1,
			says: []string{"x.json"}},
		{name: "import of a cut file", do: writes("x.json", `{"studies":[`+oneStudy[:40]), ask: importing("x.json"), code: 3,
			says: []string{"x.json"}},
		{name: "import of deep JSON", do: writes("x.json", strings.Repeat(`[`, 2<<20)), ask: importing("x.json"), code: 3,
			says: []string{"x.json"}},
		{name: "import of XML with entities", do: writes("x.xml", `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">`+
			`<!ENTITY c SYSTEM "file:///etc/passwd">]><PubmedArticleSet>&b;&c;</PubmedArticleSet>`), ask: importing("x.xml"), code: 3,
			says: []string{"x.xml"}},
		{name: "import of a bomb", do: writes("x.zip", zipped("a.json", `["`+strings.Repeat("x", 300<<20))), ask: importing("x.zip"), code: 3,
			says: []string{"x.zip"}},
		{name: "import of a packed bomb", do: writes("x.zip", zipped("a.json.gz", gzipped(`["`+strings.Repeat("x", 300<<20)))),
			ask: importing("x.zip"), code: 3, says: []string{"x.zip"}},
		{name: "import of an archive that names other places", do: writes("x.zip", zipped("../../up.json", oneStudy, "/etc/abs.json",
			oneStudy, `..\win.json`, oneStudy, `data\win.json`, oneStudy)),
			ask: importing("x.zip"), code: 3, says: []string{"../../up.json", "/etc/abs.json", `..\win.json`, "leads out", "1 new"}},
		{name: "import of a cut archive", do: writes("x.zip", zipped("a.json", oneStudy)[:60]), ask: importing("x.zip"), code: 3,
			says: []string{"x.zip"}},
		{name: "import of a cut gz", do: writes("x.json.gz", gzipped(oneStudy)[:40]), ask: importing("x.json.gz"), code: 3,
			says: []string{"x.json.gz"}},
		{name: "check of a bomb", do: writes("x.docx", zipped("word/document.xml", "<w:document>"+strings.Repeat(" ", 300<<20))),
			ask: in("check", "--db=DIR/past.db", "DIR/x.docx"), code: 3, says: []string{"x.docx"}},
		{name: "check of a device", ask: in("check", "--db=DIR/past.db", "/dev/zero"), code: 3, says: []string{"/dev/zero"}},
		{name: "meta of a device", ask: in("meta", "/dev/zero"), code: 1, says: []string{"/dev/zero"}},
		{name: "meta of a bomb", do: writes("x.json", `{"studies":`+strings.Repeat("[", 1<<20)), ask: in("meta", "DIR/x.json"), code: 1,
			says: []string{"x.json"}},
		{name: "question check of a bomb", do: writes("q.yaml", aliases()), ask: in("question", "check", "DIR/q.yaml"), code: 1,
			says: []string{"q.yaml"}},
	}
}

// kindOfFile reports whether the review folder reads a file of this name.
func kindOfFile(name string) bool { return review.KindOfName(name) != nil }

var crash = regexp.MustCompile(`(?m)^(panic:|fatal error:|goroutine \d+ \[|runtime error)`)

// full is an output for which there is no room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

// No command that could not print its answer ends as if it had.
func TestOutputWithoutRoom(t *testing.T) {
	defer vocab.Use(nil)
	dir := copyTree(t, filepath.Join("testdata", "sildenafil"))
	db := "--db=" + filepath.Join(dir, "past.db")
	want(t, call(t, "analyse", db), 0)
	for _, args := range [][]string{{"explain", "sildenafil-ed", db}, {"review", "check", db}, {"gate", "show", db}, {"status", db},
		{"completion", "bash"}, {"man"}, {"--version"}, {"vocab", "list", "conditions"}, {"cite", "--list", db}, {"analyse", db, "--json"}} {
		var errs strings.Builder
		code := cli.Run(t.Context(), args, strings.NewReader(""), full{}, &errs)
		if code != 1 || !strings.Contains(errs.String(), "no space left") {
			t.Errorf("past %s: exit %d, %s", strings.Join(args, " "), code, errs.String())
		}
	}
}

// TestFaults tries what goes wrong around the program, each fault in a folder
// of its own. No fault crashes it, loses what was stored, or shows readers half
// an edition; each is named, and its exit code is that of docs/operations.md.
func TestFaults(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the faults are made with the links and devices of Unix")
	}
	base := tracker{&life{dir: copyTree(t, filepath.Join("testdata", "sildenafil"))}, t}
	want(t, base.past("import", "--db=DIR/past.db", "DIR/NCT09990001.json"), 0)
	want(t, base.past(cycleOffline(base.life)...), 0, "published")
	before := fingerprint(t, base.at("past.db"))
	all := slices.Concat(registerFaults(), databaseFaults(), peopleFaults(), siteFaults(), fileFaults())
	root := t.TempDir()
	var wg sync.WaitGroup
	places := make(chan bool, 4) // most of the time of a register's fault is waiting
	for i, x := range all {
		places <- true
		wg.Go(func() {
			defer func() { <-places }()
			t.Run(x.name, func(t *testing.T) {
				f := &tracker{&life{dir: filepath.Join(root, fmt.Sprint(i)), kept: base.dir}, t}
				replace(t, f.dir, base.dir)
				if x.reg != nil {
					srv := httptest.NewServer(x.reg)
					defer srv.Close()
					f.url = srv.URL
				}
				if x.do != nil {
					x.do(f)
				}
				start := time.Now()
				r := past(t, x.ask(f.life)...)
				if crash.MatchString(r.stderr) {
					t.Errorf("it crashed:\n%s", r.stderr)
				}
				want(t, r, x.code, x.says...)
				t.Logf("exit %d after %v: %.300s", r.code, time.Since(start).Round(time.Millisecond), r.stderr)
				if x.then != nil {
					want(t, x.then(f), 0)
				}
				if x.ruin {
					return
				}
				after := fingerprint(t, f.at("past.db"))
				for _, sum := range strings.Fields(before["payloads"]) {
					if !strings.Contains(after["payloads"], sum) {
						t.Errorf("the stored body %s is gone", sum)
					}
				}
				for _, table := range []string{"arm_results", "effects", "findings"} {
					if x.code == 1 && after[table] != before[table] {
						t.Errorf("table %s changed", table)
					}
				}
				if whole(t, f.at("site")) == "" {
					t.Error("readers see no edition")
				}
			})
		})
	}
	wg.Wait()
	t.Logf("%d faults", len(all))
}
