// Package line formats the lines of a structured log: one JSON object each, the level and the message first.
package line

import (
	"slices"
	"unicode/utf8"
)

// A Line is an entry of the log that is still being written.
type Line struct {
	text []byte
	keys []string
}

// New starts a line.
func New(level, message string) *Line {
	line := &Line{text: []byte{'{'}}
	line.Add("level", level)
	line.Add("message", message)
	return line
}

// Add adds a named value. A name that is taken already gets an underscore at its end, so that nothing is hidden and no value
// passes for the level or the message.
func (line *Line) Add(key, value string) {
	for slices.Contains(line.keys, key) {
		key += "_"
	}
	if len(line.keys) > 0 {
		line.text = append(line.text, ',')
	}
	line.keys = append(line.keys, key)
	line.text = appendQuoted(line.text, key)
	line.text = append(line.text, ':')
	line.text = appendQuoted(line.text, value)
}

// Bytes returns the whole line, including the line break.
func (line *Line) Bytes() []byte {
	return append(slices.Clip(line.text), '}', '\n')
}

const hex = "0123456789abcdef"

// Appends text as a JSON string. The result has no line break, whatever the text contains.
func appendQuoted(to []byte, text string) []byte {
	to = append(to, '"')
	for _, letter := range text {
		switch {
		case letter == '"' || letter == '\\':
			to = append(to, '\\', byte(letter))
		case letter == '\n':
			to = append(to, '\\', 'n')
		case letter == '\r':
			to = append(to, '\\', 'r')
		case letter == '\t':
			to = append(to, '\\', 't')
		case letter < 0x20 || letter == 0x7f || letter == '\u2028' || letter == '\u2029':
			to = append(to, '\\', 'u', hex[letter>>12], hex[letter>>8&15], hex[letter>>4&15], hex[letter&15])
		default:
			to = utf8.AppendRune(to, letter)
		}
	}
	return append(to, '"')
}
