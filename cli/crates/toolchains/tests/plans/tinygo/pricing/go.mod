module example.com/shop/pricing

go 1.25

require (
	example.com/shop/money v0.0.0
	go.bytecodealliance.org/cm v0.3.0
)

replace example.com/shop/money => ../money
