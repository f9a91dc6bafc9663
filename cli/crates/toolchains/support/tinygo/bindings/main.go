// The generator that conjoin runs for components in Go that TinyGo builds.
//
// It makes the bindings of one world with the library behind wit-bindgen-go, adds a package that mends what TinyGo's runtime
// lacks for components, and makes every generated function tell that package where calls begin. The folder it writes is its own: it removes
// what it made for an earlier world, and refuses a folder that something else made.
package main

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.bytecodealliance.org/wit"
	"go.bytecodealliance.org/wit/bindgen"
)

//go:embed runtime/*.go
var runtime embed.FS

// The file for components that must not draw random numbers.
const seed = "seed.go"

// The file that lists what was written, with digests of the code without comments. It gets its last form when everything else is there.
const list = "bindings.txt"

const heading = "# The files that conjoin has generated here. Do not edit them.\n"

func main() {
	folder := flag.String("wit", "", "the folder of the WIT package")
	world := flag.String("world", "", "the name of the world")
	module := flag.String("module", "", "the Go path of the folder that is written")
	out := flag.String("out", "", "the folder that is written")
	withoutRandom := flag.Bool("without-random", false, "start without a random number")
	flag.Parse()
	files := map[string][]byte{}
	err := errors.Join(addRuntime(files, *withoutRandom), addBindings(files, *folder, *world, *module))
	if err == nil {
		err = replace(*out, files)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func addRuntime(files map[string][]byte, withoutRandom bool) error {
	entries, err := runtime.ReadDir("runtime")
	for _, entry := range entries {
		if entry.Name() == seed && !withoutRandom {
			continue
		}
		contents, failed := runtime.ReadFile("runtime/" + entry.Name())
		files[filepath.Join("internal", "runtime", entry.Name())] = contents
		err = errors.Join(err, failed)
	}
	return err
}

func addBindings(files map[string][]byte, folder, world, module string) error {
	resolve, err := wit.LoadWIT(folder)
	if err != nil {
		return err
	}
	packages, err := bindgen.Go(resolve, bindgen.GeneratedBy("conjoin"), bindgen.PackageRoot(module), bindgen.World(world))
	if err != nil {
		return err
	}
	before := len(files)
	for _, generated := range packages {
		if !generated.HasContent() {
			continue
		}
		for name, file := range generated.Files {
			if !file.HasContent() {
				continue
			}
			contents, err := file.Bytes()
			if err != nil {
				return fmt.Errorf("%s/%s: %w", generated.Path, name, err)
			}
			path := filepath.Join(strings.TrimPrefix(strings.TrimPrefix(generated.Path, module), "/"), name)
			files[path] = tell(contents, module)
		}
	}
	if len(files) == before {
		return fmt.Errorf("there is no world %s in %s", world, folder)
	}
	return nil
}

var (
	exported = regexp.MustCompile(`(?m)^func wasmexport_.*\{$`)
	imported = regexp.MustCompile(`(?m)^\t(.*\b)?wasmimport_\w+\(.*\)$`)
	clause   = regexp.MustCompile(`(?m)^package \w+$`)
)

// Makes the functions of a file tell where calls begin.
func tell(contents []byte, module string) []byte {
	told := exported.ReplaceAll(contents, []byte("$0\n\tconjoinruntime.Begin()"))
	told = imported.ReplaceAll(told, []byte("\tconjoinruntime.Call()\n$0"))
	if bytes.Equal(told, contents) {
		return contents
	}
	place := clause.FindIndex(told)
	line := fmt.Sprintf("\n\nimport conjoinruntime %q", module+"/internal/runtime")
	return slices.Insert(told, place[1], []byte(line)...)
}

// Makes `out` hold these files and no others.
func replace(out string, files map[string][]byte) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	before, err := read(out)
	if err != nil {
		return err
	}
	paths := make([]string, 0, len(files))
	for path := range files {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	var text strings.Builder
	text.WriteString(heading)
	for _, path := range paths {
		fmt.Fprintf(&text, "%x  %s\n", sha256.Sum256(code(files[path])), filepath.ToSlash(path))
	}
	if text.String() != before {
		if err := write(filepath.Join(out, list), unfinished(listed(before), paths)); err != nil {
			return err
		}
	}
	for _, path := range listed(before) {
		if _, stays := files[path]; stays {
			continue
		}
		if err := os.Remove(filepath.Join(out, path)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		// Folders that are empty now go too; the first that is not ends this.
		for folder := filepath.Dir(path); folder != "."; folder = filepath.Dir(folder) {
			if os.Remove(filepath.Join(out, folder)) != nil {
				break
			}
		}
	}
	for _, path := range paths {
		if err := write(filepath.Join(out, path), files[path]); err != nil {
			return err
		}
	}
	return write(filepath.Join(out, list), []byte(text.String()))
}

// What a compiler makes of a file: a comment in the WIT must not build a component anew.
func code(contents []byte) []byte {
	var code []byte
	for line := range bytes.Lines(contents) {
		if text := bytes.TrimSpace(line); !bytes.Equal(text, []byte("//")) && !bytes.HasPrefix(text, []byte("// ")) {
			code = append(code, line...)
		}
	}
	return code
}

// The list of an earlier run, empty if there was none.
func read(out string) (string, error) {
	text, err := os.ReadFile(filepath.Join(out, list))
	if !errors.Is(err, fs.ErrNotExist) {
		return string(text), err
	}
	entries, err := os.ReadDir(out)
	if err == nil && len(entries) > 0 {
		err = fmt.Errorf("the folder %s is there already, but conjoin has not made it: bindings go there, so rename yours", out)
	}
	return "", err
}

// The files that an earlier run has written or was about to write.
func listed(text string) []string {
	var paths []string
	for line := range strings.Lines(text) {
		_, path, found := strings.Cut(strings.TrimSpace(line), "  ")
		if path = filepath.FromSlash(path); found && filepath.IsLocal(path) {
			paths = append(paths, path)
		}
	}
	return paths
}

// A list that is there while files are replaced, so that none is forgotten and nothing is taken for whole.
func unfinished(before, after []string) []byte {
	paths := slices.Concat(before, after)
	slices.Sort(paths)
	text := []byte(heading)
	for _, path := range slices.Compact(paths) {
		text = fmt.Appendf(text, "unfinished  %s\n", filepath.ToSlash(path))
	}
	return text
}

// Writes a file whole or not at all; one that has these contents is left alone.
func write(path string, contents []byte) error {
	if present, err := os.ReadFile(path); err == nil && bytes.Equal(present, contents) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), ".conjoin-*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	_, err = temporary.Write(contents)
	err = errors.Join(err, temporary.Chmod(0o644), temporary.Close())
	if err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}
