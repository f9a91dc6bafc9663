// Passes values through that take many pieces of memory.
package main

import (
	"runtime"
	"strconv"

	"go.bytecodealliance.org/cm"

	"example.com/tests/passer/bindings/tests/lists/lists"
	"example.com/tests/passer/bindings/tests/lists/source"
	"example.com/tests/passer/bindings/tests/lists/types"
)

func init() {
	lists.Exports.SumNested = sum
	lists.Exports.MakeNested = makeNested
	lists.Exports.EchoNested = func(texts cm.List[cm.List[string]]) cm.List[cm.List[string]] { return texts }
	lists.Exports.TagItems = tagItems
	lists.Exports.SumFetched = sumFetched
	lists.Exports.FetchItems = source.Items
	lists.Exports.CopyOutcomes = copyOutcomes
	lists.Exports.FetchOutcomes = fetchOutcomes
	lists.Exports.Keep = keep
	lists.Exports.Kept = func() cm.List[lists.Outcome] { return cm.ToList(keptOutcomes) }
	lists.Exports.Memory = memory
}

func main() {}

func sum(texts cm.List[cm.List[string]]) uint64 {
	var sum uint64
	for _, inner := range texts.Slice() {
		for _, text := range inner.Slice() {
			sum += uint64(len(text))
			for _, letter := range []byte(text) {
				if letter == 0 {
					panic("a text was overwritten")
				}
			}
		}
	}
	return sum
}

func makeNested(outer, inner uint32) cm.List[cm.List[string]] {
	texts := make([]cm.List[string], outer)
	for i := range texts {
		row := make([]string, inner)
		for j := range row {
			row[j] = "text " + strconv.Itoa(i) + "/" + strconv.Itoa(j)
		}
		texts[i] = cm.ToList(row)
	}
	return cm.ToList(texts)
}

func tagItems(items cm.List[lists.Item]) cm.List[lists.Item] {
	tagged := make([]lists.Item, 0)
	for _, item := range items.Slice() {
		tags := append([]string{}, item.Tags.Slice()...)
		item.Tags = cm.ToList(append(tags, "tag of "+item.Name))
		tagged = append(tagged, item)
	}
	return cm.ToList(tagged)
}

func sumFetched(outer, inner, times uint32) uint64 {
	var all uint64
	for range times {
		all += sum(source.Nested(outer, inner))
	}
	return all
}

// Makes enough garbage for the collector to run, and overwrites what it frees.
func busy() {
	for size := range 40 {
		garbage = make([]byte, 64*size+16)
		for i := range garbage {
			garbage[i] = 0xee
		}
	}
	runtime.GC()
}

var garbage []byte

func copyOutcomes(outcomes cm.List[lists.Outcome]) cm.List[lists.Outcome] {
	var copies []lists.Outcome
	for number, outcome := range outcomes.Slice() {
		copied := copyOf(outcome)
		if number%100 < 4 {
			busy()
		}
		copies = append(copies, copied)
	}
	busy()
	return cm.ToList(copies)
}

// Builds the outcome anew, from memory that only Go code has allocated.
func copyOf(outcome lists.Outcome) lists.Outcome {
	if text := outcome.Text(); text != nil {
		return types.OutcomeText(string([]byte(*text)))
	}
	if texts := outcome.Texts(); texts != nil {
		var copies []string
		for _, text := range texts.Slice() {
			copies = append(copies, string([]byte(text)))
		}
		return types.OutcomeTexts(cm.ToList(copies))
	}
	if numbers := outcome.Numbers(); numbers != nil {
		return types.OutcomeNumbers(*numbers)
	}
	return types.OutcomeNothing()
}

func fetchOutcomes(count uint32) cm.List[lists.Outcome] {
	var outcomes []lists.Outcome
	for number := range count {
		outcome := source.One(number)
		if number%100 < 4 {
			busy()
		}
		outcomes = append(outcomes, outcome)
	}
	busy()
	return cm.ToList(outcomes)
}

var keptOutcomes []lists.Outcome

func keep(outcomes cm.List[lists.Outcome]) {
	keptOutcomes = nil
	for _, outcome := range outcomes.Slice() {
		keptOutcomes = append(keptOutcomes, copyOf(outcome))
	}
}

func memory() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.Sys
}
