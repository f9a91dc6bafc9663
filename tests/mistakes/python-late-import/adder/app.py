import json

import rounding
from wit_world import exports


class Add(exports.Add):
    def add(self, x: int, y: int) -> int:
        import json
        import decimal

        return int(decimal.Decimal(x) + rounding.rounded(y))
