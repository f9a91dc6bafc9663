module example.com/tests/service

go 1.25
