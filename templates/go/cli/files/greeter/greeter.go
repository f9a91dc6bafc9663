// Package greeter is the command itself. It knows nothing of components, so that `go test ./...` can test it directly.
package greeter

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// A Library counts the words of a text.
type Library func(text string) []Word

// A Word is a word and how often it occurs.
type Word struct {
	Word  string
	Count uint32
}

// Run greets everyone named by the arguments, or by the lines of `in` if there are no arguments. `--NAME TEXT` calls a library.
func Run(args []string, libraries map[string]Library, in io.Reader, out io.Writer) error {
	if len(args) == 0 {
		return greetLines(in, out)
	}
	if name, isOption := strings.CutPrefix(args[0], "--"); isOption {
		return ask(name, args[1:], libraries, out)
	}
	for _, arg := range args {
		if strings.HasPrefix(arg, "--") {
			return fmt.Errorf("the option %s is not known", arg)
		}
	}
	for _, name := range args {
		fmt.Fprint(out, Greeting(name))
	}
	return nil
}

// Greeting greets somebody.
func Greeting(name string) string {
	return "Hello, " + name + "!\n"
}

func greetLines(in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		if name := strings.TrimSpace(lines.Text()); name != "" {
			fmt.Fprint(out, Greeting(name))
		}
	}
	return lines.Err()
}

func ask(name string, args []string, libraries map[string]Library, out io.Writer) error {
	library, known := libraries[name]
	if !known || len(args) != 1 {
		return fmt.Errorf("the option --%s is not known, or it is missing its text", name)
	}
	for _, word := range library(args[0]) {
		fmt.Fprintln(out, word.Word, word.Count)
	}
	return nil
}
