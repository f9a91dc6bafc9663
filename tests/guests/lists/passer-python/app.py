"""Passes values through that take many pieces of memory."""

from wit_world import exports
from wit_world.imports import source
from wit_world.imports.types import Item, Outcome

_kept: list[Outcome] = []


class Lists(exports.Lists):
    def sum_nested(self, texts: list[list[str]]) -> int:
        return sum(len(text.encode()) for inner in texts for text in inner)

    def make_nested(self, outer: int, inner: int) -> list[list[str]]:
        return [[f"text {row}/{column}" for column in range(inner)] for row in range(outer)]

    def echo_nested(self, texts: list[list[str]]) -> list[list[str]]:
        return texts

    def tag_items(self, items: list[Item]) -> list[Item]:
        return [Item(item.id, item.name, [*item.tags, f"tag of {item.name}"]) for item in items]

    def sum_fetched(self, outer: int, inner: int, times: int) -> int:
        return sum(self.sum_nested(source.nested(outer, inner)) for _ in range(times))

    def fetch_items(self, count: int) -> list[Item]:
        return source.items(count)

    def copy_outcomes(self, outcomes: list[Outcome]) -> list[Outcome]:
        return [type(outcome)(**vars(outcome)) for outcome in outcomes]

    def fetch_outcomes(self, count: int) -> list[Outcome]:
        return [source.one(number) for number in range(count)]

    def keep(self, outcomes: list[Outcome]) -> None:
        _kept[:] = outcomes

    def kept(self) -> list[Outcome]:
        return _kept

    def memory(self) -> int:
        # Python cannot say.
        return 0
