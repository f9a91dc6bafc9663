module example.com/shop/front

go 1.25
