package metafile

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"sort"
)

// blockFunc computes one block of the answer. The request for it is
// c.Request[name]; the value returned goes into the answer under the same name.
// An error is put there instead, as {"error": "..."}, and the other blocks go on.
type blockFunc func(c *Case) (any, error)

// block is a named blockFunc; each block's file declares its own.
type block struct {
	name string
	run  blockFunc
}

// blocks lists every block that a request may name, one line each.
var blocks = index(
	analysisBlock, escalcBlock, // escalc.go
	conversionsBlock, twoByTwoBlock, betaBinomialBlock, personTimeBlock, // pooled.go
	glmmBlock,
	publicationBias,
	rmaBlock, rmaGenqBlock, rmaUnweightedBlock, rmaFixedBlock, // rma.go
	metaRegressionBlock, subgroupsBlock, sensitivityBlock,
	multilevelBlock, lagBlock, sharedBlock, doseBlock, // multilevel.go, covariance.go, dose.go
)

func index(list ...block) map[string]blockFunc {
	m := make(map[string]blockFunc, len(list))
	for _, b := range list {
		if _, dup := m[b.name]; dup {
			panic("block listed twice: " + b.name) // a programming error, seen by any test
		}
		m[b.name] = b.run
	}
	return m
}

// Answer computes every block that the request names; the primary effect sizes
// must have been prepared (Prepare).
func (c *Case) Answer() Tree {
	out := Tree{}
	names := make([]string, 0, len(c.Request))
	for name := range c.Request {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		run, ok := blocks[name]
		if !ok {
			c.warn("the request names %q, which this program does not know", name)
			continue
		}
		v, err := any(nil), c.outOfScale(name)
		if err == nil {
			v, err = c.runBlock(run)
		}
		if err != nil {
			out[name] = Tree{"error": err.Error()}
			c.warn("%s: %v", name, err)
			continue
		}
		out[name] = v
	}
	if len(c.Warnings) > 0 {
		out["warnings"] = c.Warnings
	}
	return out
}

// ownNumbers are the blocks that do not work on the primary effect sizes.
var ownNumbers = map[string]bool{"analysis": true, "escalc": true, "conversions": true, "two_by_two_pooled": true, "beta_binomial": true,
	"person_time_pooled": true, "glmm": true}

// outOfScale refuses effects whose squares would leave the range of float64; the
// packages that pool refuse them too, each in its own words.
func (c *Case) outOfScale(block string) error {
	if ownNumbers[block] {
		return nil
	}
	const big = 1e60
	for i, y := range c.Y {
		if v := c.V[i]; math.Abs(y) > big || v > big || v > 0 && v < 1/big {
			return fmt.Errorf("%s: effect %g with variance %g lies outside 1e-60 to 1e60; rescale the effects", c.rowName(c.RowsUsed[i]-1), y, v)
		}
	}
	return nil
}

// runBlock keeps one block's failure from taking the others down: a panic in a
// method, which would be a bug, becomes that block's error.
func (c *Case) runBlock(run blockFunc) (v any, err error) {
	defer func() {
		if r := recover(); r != nil {
			v, err = nil, fmt.Errorf("internal error, please report it: %v", r)
		}
	}()
	return run(c)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
