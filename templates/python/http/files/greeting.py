"""What the service says. It knows nothing of HTTP, so that `pytest` can test it directly."""


def greet(name: str) -> str:
    """Greets somebody, or the world."""
    return f"Hello, {name or 'world'}!\n"
