// Package words counts words. It knows nothing of components, so that `go test ./...` can test it directly.
package words

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// A Counted is a word and how often it occurs.
type Counted struct {
	Word  string
	Count uint32
}

// Count returns the words of a text in lower case: the most frequent first, equal ones in alphabetical order.
func Count(text string) []Counted {
	counts := map[string]uint32{}
	for _, word := range strings.FieldsFunc(strings.ToLower(text), isBetweenWords) {
		counts[word]++
	}
	sorted := make([]Counted, 0, len(counts))
	for word, count := range counts {
		sorted = append(sorted, Counted{Word: word, Count: count})
	}
	slices.SortFunc(sorted, func(a, b Counted) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Word, b.Word))
	})
	return sorted
}

func isBetweenWords(letter rune) bool {
	return !unicode.IsLetter(letter) && !unicode.IsDigit(letter)
}
