// Reads and writes bodies of requests.
package main

import (
	"io"
	"strconv"

	"example.com/tests/service/bindings/wasihttp"
)

func init() {
	wasihttp.Handle(answer)
}

func main() {}

// How many requests this instance has got.
var count uint64

func answer(w *wasihttp.ResponseWriter, r *wasihttp.Request) {
	count++
	switch r.Path {
	case "/count":
		number(w, count)
	case "/echo":
		io.Copy(w, r.Body)
	case "/sum":
		var adder adder
		io.Copy(&adder, r.Body)
		number(w, uint64(adder))
	case "/fail":
		panic("as asked")
	}
}

func number(w *wasihttp.ResponseWriter, number uint64) {
	w.WriteString(strconv.FormatUint(number, 10))
}

// The sum of all bytes written to it.
type adder uint64

func (sum *adder) Write(bytes []byte) (int, error) {
	for _, byte := range bytes {
		*sum += adder(byte)
	}
	return len(bytes), nil
}
