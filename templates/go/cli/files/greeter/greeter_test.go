package greeter

import (
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	letters := func(text string) []Word { return []Word{{Word: text, Count: 2}} }
	tests := []struct {
		args []string
		in   string
		want string
	}{
		{[]string{"Ada", "Grace"}, "", "Hello, Ada!\nHello, Grace!\n"},
		{nil, "Ada\n\n Grace \n", "Hello, Ada!\nHello, Grace!\n"},
		{[]string{"--letters", "a"}, "", "a 2\n"},
		{[]string{"--louder"}, "", "error"},
		{[]string{"Ada", "--louder"}, "", "error"},
	}
	for _, test := range tests {
		var out strings.Builder
		err := Run(test.args, map[string]Library{"letters": letters}, strings.NewReader(test.in), &out)
		got := out.String()
		if err != nil {
			got = "error"
		}
		if got != test.want {
			t.Errorf("%q: %q (%v), want %q", test.args, got, err, test.want)
		}
	}
}
