# make            prints this help
# The build needs Go alone: no cgo, no network at run time.
APP      := past
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
COMMIT   ?= $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
LDFLAGS  := -s -w -X past/internal/cli.Version=$(VERSION) -X past/internal/cli.Commit=$(COMMIT)
export CGO_ENABLED := 0
GOFLAGS_REPRO := -trimpath -buildvcs=false

.DEFAULT_GOAL := help
.PHONY: help build demo test race lint docs size fmt bench bench-r bench-extract fuzz cross release clean browser

help: ## print this help
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build ./past
	go build $(GOFLAGS_REPRO) -ldflags '$(LDFLAGS)' -o $(APP) .

demo: build ## run the whole job on the starter set, offline
	./$(APP) demo

test: ## run all tests
	go test -timeout 30m ./...

race: ## run the tests that share memory under the race detector (needs a C compiler)
	CGO_ENABLED=1 go test -race ./crawler/... ./internal/store/... ./internal/web/... ./internal/run/... ./analysis/meta/...

lint: ## gofmt, go vet, staticcheck, layer check, module pins
	@sh .ci/lint

docs: ## write the generated pages of docs/
	go generate ./internal/cli

size: ## print the measures of the house
	@bash .ci/size

fmt: ## format the sources
	gofmt -w $$(git ls-files '*.go')

bench: ## run the benchmarks
	go test -run '^$$' -bench . -benchmem ./analysis/... ./crawler/... ./internal/... ./reports/...

bench-r: ## the same statistics in R's metafor, where R is installed, with the ratios
	@sh bench/run.sh

bench-extract: ## score the extraction against the gold cells
	go test -count=1 -run TestGold -v ./internal/extract | grep -v '^=== '

fuzz: ## run every fuzz target for ten seconds
	@sh .ci/fuzz 10s

browser: ## install Chromium from Debian's packages if it is absent (root needed)
	@sh .ci/browser

cross: ## build for linux, macOS and windows with checksums into dist/
	@VERSION=$(VERSION) COMMIT=$(COMMIT) sh .ci/cross

release: ## test and build a tagged commit into dist/ (publishes nothing)
	@sh .ci/release

clean: ## remove what make built
	rm -rf $(APP) dist past-demo
