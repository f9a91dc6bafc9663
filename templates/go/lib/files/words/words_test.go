package words

import (
	"slices"
	"testing"
)

func TestCount(t *testing.T) {
	tests := []struct {
		text string
		want []Counted
	}{
		{"", nil},
		{"b a, B! a; b", []Counted{{"b", 3}, {"a", 2}}},
		{"zwei Äpfel, 2 äpfel", []Counted{{"äpfel", 2}, {"2", 1}, {"zwei", 1}}},
	}
	for _, test := range tests {
		if got := Count(test.text); !slices.Equal(got, test.want) {
			t.Errorf("Count(%q) = %v, want %v", test.text, got, test.want)
		}
	}
}
