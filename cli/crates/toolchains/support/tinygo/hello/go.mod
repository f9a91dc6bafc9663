module conjoin.invalid/hello

go 1.25
