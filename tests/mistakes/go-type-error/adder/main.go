package main

import (
	"example.com/adder/bindings/export_docs_calculator_add"
	_ "example.com/adder/bindings/wit_exports"
)

func init() {
	export_docs_calculator_add.Add = add
}

func main() {}

func add(x, y uint32) uint64 {
	return x + y
}
