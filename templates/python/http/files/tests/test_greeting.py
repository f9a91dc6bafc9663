from greeting import greet


def test_greets_who_asks() -> None:
    assert greet("Ada") == "Hello, Ada!\n"


def test_greets_the_world_otherwise() -> None:
    assert greet("") == "Hello, world!\n"
