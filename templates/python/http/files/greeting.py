"""What the service says. No HTTP in here, so that `pytest` can ask it directly."""


def greet(name: str) -> str:
    """Greets somebody, or the world."""
    return f"Hello, {name or 'world'}!\n"
