"""The command itself. It does not use the WIT, so that `pytest` can test it directly."""

import sys


def main(arguments: list[str]) -> int:
    """Greets everyone named by the arguments, or by the lines of stdin if there are no arguments. Returns the exit code."""
    for argument in arguments:
        if argument.startswith("--"):
            print(f"there is no option {argument}", file=sys.stderr)
            return 1
    for name in arguments or map(str.strip, sys.stdin):
        if name:
            print(f"Hello, {name}!")
    return 0
