package service

// Greeting greets somebody, or the world.
func Greeting(name string) string {
	if name == "" {
		name = "world"
	}
	return "Hello, " + name + "!\n"
}
