module example.com/shop/pricing

go 1.25
replace x.example/money => ../money
