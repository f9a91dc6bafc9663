// The log of the pipeline: one JSON object per line on standard output.
package main

import (
	"os"

	"go.bytecodealliance.org/cm"

	"example.com/pipeline/logger/bindings/example/pipeline/log"
	"example.com/pipeline/logger/line"
)

func init() {
	log.Exports.Write = write
}

func write(level log.Level, message string, fields cm.List[log.Field]) {
	entry := line.New(level.String(), message)
	for _, field := range fields.Slice() {
		entry.Add(field.Key, field.Value)
	}
	os.Stdout.Write(entry.Bytes())
}

// main does nothing: the host or other components call the functions.
func main() {}
