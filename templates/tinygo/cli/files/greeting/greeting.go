// Package greeting is the command itself. It does not use the bindings, so that `go test ./...` can run it directly.
package greeting

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

// Main greets everyone named by the arguments, or by the lines of in if there are no arguments.
func Main(arguments []string, in io.Reader, out io.Writer) error {
	for _, argument := range arguments {
		if strings.HasPrefix(argument, "--") {
			return errors.New("there is no option " + argument)
		}
	}
	for _, name := range arguments {
		if err := greet(name, out); err != nil {
			return err
		}
	}
	if len(arguments) > 0 {
		return nil
	}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		if err := greet(strings.TrimSpace(lines.Text()), out); err != nil {
			return err
		}
	}
	return lines.Err()
}

func greet(name string, out io.Writer) error {
	if name == "" {
		return nil
	}
	_, err := io.WriteString(out, "Hello, "+name+"!\n")
	return err
}
