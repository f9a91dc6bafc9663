// Package words counts words. It does not use the bindings, so that `go test ./...` can test it directly.
package words

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// A Word is a word in lower case and how often it occurs.
type Word struct {
	Text  string
	Count uint32
}

// Count returns the words of a text: the most frequent first, equal ones in alphabetical order.
func Count(text string) []Word {
	counts := map[string]uint32{}
	between := func(letter rune) bool { return !unicode.IsLetter(letter) && !unicode.IsDigit(letter) }
	for _, word := range strings.FieldsFunc(strings.ToLower(text), between) {
		counts[word]++
	}
	words := make([]Word, 0, len(counts))
	for text, count := range counts {
		words = append(words, Word{text, count})
	}
	slices.SortFunc(words, func(a, b Word) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Text, b.Text))
	})
	return words
}
