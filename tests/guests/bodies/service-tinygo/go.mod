module example.com/tests/service

go 1.25

require go.bytecodealliance.org/cm v0.3.0
