module conjoin.invalid/compiler

go 1.25

require github.com/tinygo-org/tinygo v0.41.1
