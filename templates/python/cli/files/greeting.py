"""The command itself. No WIT in here, so that `pytest` can run it directly."""

import sys


def main(arguments: list[str]) -> int:
    """Greets everybody among the arguments, or, without any, on the lines of stdin; gives the exit code."""
    for argument in arguments:
        if argument.startswith("--"):
            print(f"there is no option {argument}", file=sys.stderr)
            return 1
    for name in arguments or map(str.strip, sys.stdin):
        if name:
            print(f"Hello, {name}!")
    return 0
