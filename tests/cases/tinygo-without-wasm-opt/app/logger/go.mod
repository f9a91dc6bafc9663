module example.com/shop/logger

go 1.25

require go.bytecodealliance.org/cm v0.3.0
