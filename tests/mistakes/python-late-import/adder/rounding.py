import os


def rounded(number: int) -> int:
    def inner() -> int:
        from fractions import Fraction

        return round(Fraction(number))

    return inner()
