// Passes values through that take many pieces of memory.
package main

import (
	"bytes"
	"runtime"
	"strconv"

	lists "example.com/tests/passer/bindings/export_tests_lists_lists"
	source "example.com/tests/passer/bindings/tests_lists_source"
	types "example.com/tests/passer/bindings/tests_lists_types"
	_ "example.com/tests/passer/bindings/wit_exports"
)

func init() {
	lists.SumNested = sum
	lists.MakeNested = makeNested
	lists.EchoNested = func(texts [][]string) [][]string { return texts }
	lists.TagItems = tagItems
	lists.SumFetched = sumFetched
	lists.FetchItems = source.Items
	lists.CopyOutcomes = copyOutcomes
	lists.FetchOutcomes = fetchOutcomes
	lists.Keep = keep
	lists.Kept = func() []types.Outcome { return keptOutcomes }
	lists.Memory = memory
}

func main() {}

func sum(texts [][]string) uint64 {
	var sum uint64
	for _, inner := range texts {
		for _, text := range inner {
			sum += uint64(len(text))
			if bytes.IndexByte([]byte(text), 0) >= 0 {
				panic("a text was overwritten")
			}
		}
	}
	return sum
}

func makeNested(outer, inner uint32) [][]string {
	texts := make([][]string, outer)
	for i := range texts {
		for j := range inner {
			texts[i] = append(texts[i], "text "+strconv.Itoa(i)+"/"+strconv.Itoa(int(j)))
		}
	}
	return texts
}

func tagItems(items []types.Item) []types.Item {
	var tagged []types.Item
	for _, item := range items {
		item.Tags = append(append([]string{}, item.Tags...), "tag of "+item.Name)
		tagged = append(tagged, item)
	}
	return tagged
}

func sumFetched(outer, inner, times uint32) uint64 {
	var all uint64
	for range times {
		all += sum(source.Nested(outer, inner))
	}
	return all
}

// Makes garbage and lets the collector run.
func busy() {
	for size := range 40 {
		garbage = bytes.Repeat([]byte{0xee}, 64*size+16)
	}
	runtime.GC()
}

var garbage []byte

func copyOutcomes(outcomes []types.Outcome) []types.Outcome {
	var copies []types.Outcome
	for number, outcome := range outcomes {
		copied := copyOf(outcome)
		if number%100 < 4 {
			busy()
		}
		copies = append(copies, copied)
	}
	busy()
	return copies
}

// Builds the outcome anew, from memory that only Go code has allocated.
func copyOf(outcome types.Outcome) types.Outcome {
	switch outcome.Tag() {
	case types.OutcomeText:
		return types.MakeOutcomeText(string([]byte(outcome.Text())))
	case types.OutcomeTexts:
		var copies []string
		for _, text := range outcome.Texts() {
			copies = append(copies, string([]byte(text)))
		}
		return types.MakeOutcomeTexts(copies)
	case types.OutcomeNumbers:
		return types.MakeOutcomeNumbers(outcome.Numbers())
	default:
		return types.MakeOutcomeNothing()
	}
}

func fetchOutcomes(count uint32) []types.Outcome {
	var outcomes []types.Outcome
	for number := range count {
		outcome := source.One(number)
		if number%100 < 4 {
			busy()
		}
		outcomes = append(outcomes, outcome)
	}
	busy()
	return outcomes
}

var keptOutcomes []types.Outcome

func keep(outcomes []types.Outcome) {
	keptOutcomes = nil
	for _, outcome := range outcomes {
		keptOutcomes = append(keptOutcomes, copyOf(outcome))
	}
}

func memory() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.Sys
}
