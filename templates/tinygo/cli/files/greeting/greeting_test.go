package greeting

import (
	"strings"
	"testing"
)

func TestMain(t *testing.T) {
	cases := []struct {
		arguments []string
		in, out   string
		fails     bool
	}{
		{[]string{"Ada", "Grace"}, "ignored", "Hello, Ada!\nHello, Grace!\n", false},
		{nil, "Ada\n\nGrace", "Hello, Ada!\nHello, Grace!\n", false},
		{[]string{"Ada", "--loud"}, "", "", true},
	}
	for _, test := range cases {
		var out strings.Builder
		err := Main(test.arguments, strings.NewReader(test.in), &out)
		if out.String() != test.out || (err != nil) != test.fails {
			t.Errorf("Main(%q): %q and %v, want %q", test.arguments, out.String(), err, test.out)
		}
	}
}
