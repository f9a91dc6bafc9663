// Package greeting is what the service says. It knows no HTTP and no bindings, so that `go test ./...` can ask it directly.
package greeting

// Greet greets somebody, or the world.
func Greet(name string) string {
	if name == "" {
		name = "world"
	}
	return "Hello, " + name + "!\n"
}
