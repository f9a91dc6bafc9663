// Answers HTTP; each path tries one thing.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"time"

	"example.com/tests/service/bindings/wasihttp"
)

var (
	answered int
	failed   bool
)

func init() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /count", count)
	mux.HandleFunc("GET /memory", memory)
	mux.HandleFunc("GET /panic", func(http.ResponseWriter, *http.Request) { fail() })
	mux.HandleFunc("GET /panic-late", panicLate)
	mux.HandleFunc("GET /about/{part}", about)
	mux.HandleFunc("GET /ticks", ticks)
	mux.HandleFunc("GET /empty", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("POST /echo", func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) })
	mux.HandleFunc("POST /sum", sum)
	mux.HandleFunc("POST /form", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.FormValue("a"), r.FormValue("b")) })
	mux.HandleFunc("POST /head", head)
	stripped := func(w http.ResponseWriter, r *http.Request) {
		answered++
		_, path, _ := strings.Cut(r.URL.Path[1:], "/")
		r.URL.Path = "/" + path
		mux.ServeHTTP(w, r)
	}
	wasihttp.Handle(http.HandlerFunc(stripped))
}

func main() {}

func memory(w http.ResponseWriter, _ *http.Request) {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	fmt.Fprint(w, stats.Sys)
}

func panicLate(w http.ResponseWriter, _ *http.Request) {
	io.WriteString(w, "the beginning")
	w.(http.Flusher).Flush()
	fail()
}

func fail() {
	failed = true
	panic("this guest fails on purpose")
}

// How many requests this instance has answered; it must be none that has failed.
func count(w http.ResponseWriter, _ *http.Request) {
	if failed {
		http.Error(w, "this instance has failed before", http.StatusInternalServerError)
		return
	}
	fmt.Fprint(w, answered)
}

// What a handler finds out about a request, and an answer with a header of its own.
func about(w http.ResponseWriter, r *http.Request) {
	w.Header().Add("X-Answer", "one")
	w.Header().Add("X-Answer", "two")
	w.WriteHeader(http.StatusTeapot)
	json.NewEncoder(w).Encode(map[string]any{
		"part": r.PathValue("part"), "query": r.URL.Query(), "asked": r.Header["X-Ask"], "host": r.Host != "",
	})
}

// Goroutines and timers go on while a request is answered.
func ticks(w http.ResponseWriter, _ *http.Request) {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for number := range 3 {
			time.Sleep(time.Millisecond)
			lines <- fmt.Sprintln(number)
		}
	}()
	for line := range lines {
		io.WriteString(w, line)
		w.(http.Flusher).Flush()
	}
}

func sum(w http.ResponseWriter, r *http.Request) {
	var length, sum uint64
	body := bufio.NewReader(r.Body)
	for {
		value, err := body.ReadByte()
		if err != nil {
			break
		}
		length++
		sum += uint64(value)
	}
	fmt.Fprint(w, length, " ", sum)
}

// Reads only the beginning of a body.
func head(w http.ResponseWriter, r *http.Request) {
	beginning := make([]byte, 4)
	io.ReadFull(r.Body, beginning)
	w.Write(beginning)
}
