import adder


class Add(adder.Add):
    def add(self, x: int, y: int) -> int:
        return x + y
