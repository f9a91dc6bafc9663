// Package greeting has the texts of the service. It uses neither HTTP nor the bindings, so that `go test ./...` can test it directly.
package greeting

// Greet greets somebody, or the world.
func Greet(name string) string {
	if name == "" {
		name = "world"
	}
	return "Hello, " + name + "!\n"
}
