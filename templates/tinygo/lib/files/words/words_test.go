package words

import (
	"slices"
	"testing"
)

func TestCount(t *testing.T) {
	cases := []struct {
		text string
		want []Word
	}{
		{"a b, A! c a b", []Word{{"a", 3}, {"b", 2}, {"c", 1}}},
		{"beta alpha_Über 7", []Word{{"7", 1}, {"alpha", 1}, {"beta", 1}, {"über", 1}}},
		{" -- ", nil},
	}
	for _, test := range cases {
		if got := Count(test.text); !slices.Equal(got, test.want) {
			t.Errorf("Count(%q) = %v, want %v", test.text, got, test.want)
		}
	}
}
