package reports

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	_ "embed" // the style sheet, the script and the chart library
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"sync"

	"past/reports/chart"
)

// The parts of every edition that are the same in all: one style sheet, one
// script, one copy of the chart library (Apache ECharts, its licence beside
// it).
var (
	//go:embed assets/past.css
	styleSheet string
	//go:embed assets/app.js
	appScript string
	//go:embed assets/forest.js
	forestScript string
	//go:embed assets/stats.js
	statsScript string
	//go:embed assets/echarts.min.js.gz
	chartLibraryGzip []byte
	//go:embed assets/echarts.LICENSE
	chartLicence string
	//go:embed assets/echarts.NOTICE
	chartNotice string
)

// chartLibrary unpacks the library: a third of its size in every binary.
var chartLibrary = sync.OnceValue(func() string {
	r, err := gzip.NewReader(bytes.NewReader(chartLibraryGzip))
	if err != nil {
		panic("reports: the embedded chart library: " + err.Error()) // a broken build
	}
	b, err := io.ReadAll(r)
	if err != nil {
		panic("reports: the embedded chart library: " + err.Error())
	}
	return string(b)
})

// asset is a shared file of an edition; its name carries its hash, so that a
// browser's cache can never pair an old script with a new page.
type asset struct {
	name string // assets/app-1a2b3c4d.js
	body string
	sri  string // sha256-…
}

func newAsset(stem, ext, body string) asset {
	sum := sha256.Sum256([]byte(body))
	a := assetOf(stem, ext, sum[:])
	a.body = body
	return a
}

// assetOf names a file by its SHA-256.
func assetOf(stem, ext string, sum []byte) asset {
	return asset{name: "assets/" + stem + "-" + hex.EncodeToString(sum[:4]) + ext,
		sri: "sha256-" + base64.StdEncoding.EncodeToString(sum)}
}

type assetSet struct {
	css, app, charts asset
	loader           [2]string // of pages at the top and of pages one folder down
}

// sharedAssets are worked out once: unpacking and hashing the library take milliseconds.
var sharedAssets = sync.OnceValue(func() assetSet {
	s := assetSet{css: newAsset("past", ".css", styleSheet+chart.CSS()), app: newAsset("app", ".js", statsScript+forestScript+appScript),
		charts: newAsset("echarts", ".js", chartLibrary())}
	for depth, base := range []string{"", "../"} {
		s.loader[depth] = loader(base, s)
	}
	return s
})

// loader is the only inline script of a page. The page's policy allows it by
// hash and, through 'strict-dynamic', what it adds: the one script, named here
// with its hash. From disk the hash is not asked for, because browsers refuse
// integrity checks on file: addresses; over http it is.
func loader(base string, s assetSet) string {
	return fmt.Sprintf(`(function(){"use strict";var d=document,web=location.protocol!=="file:";`+
		`window.pastLoad=function(src,sum,done){var e=d.createElement("script");e.src=%q+src;if(web){e.integrity=sum;}`+
		`e.onload=function(){if(done){done(true);}};e.onerror=function(){if(done){done(false);}};d.head.appendChild(e);};`+
		`window.pastCharts=function(done){window.pastLoad(%q,%q,done);};`+
		`d.documentElement.classList.add("js");window.pastLoad(%q,%q);})();`,
		base, s.charts.name, s.charts.sri, s.app.name, s.app.sri)
}

// hashOf gives the policy source of an inline script or style.
func hashOf(body string) string {
	sum := sha256.Sum256([]byte(body))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// policy is the Content-Security-Policy of a page of the folder form. Nothing
// may come from another host; no inline handler or style runs.
func policy(script string) string {
	return "default-src 'none'; base-uri 'none'; form-action 'self'; img-src data:; style-src 'self'; script-src " + hashOf(script) +
		" 'strict-dynamic'"
}

// policySingle is the same for the one-file form, where style and scripts are
// in the page and allowed by hash.
func policySingle(style string, scripts ...string) string {
	p := "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; style-src " + hashOf(style) + "; script-src"
	for _, s := range scripts {
		p += " " + hashOf(s)
	}
	if len(scripts) == 0 {
		p += " 'none'"
	}
	return p
}
