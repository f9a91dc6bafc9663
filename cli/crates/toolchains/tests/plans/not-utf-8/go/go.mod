module example.com/go // grφίe
