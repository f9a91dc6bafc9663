// What is in it does not matter here.
