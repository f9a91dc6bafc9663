module example.com/tests/passer

go 1.25
