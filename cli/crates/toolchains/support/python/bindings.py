"""Writes the bindings of a world for editors and type checkers. conjoin writes this file into its work folder and runs it:

    python3 bindings.py --toolchain DIR --wit DIR --world NAME --out DIR [--add FILE]...

The folder it writes is its own: `.conjoin` in it names what it made, and what an earlier world left behind is removed. It refuses
a folder that something else made. `bindings.txt`, written last, holds digests of everything. A component gets bindings of its own
when it is built, never these.
"""

import argparse
import hashlib
import os
import pathlib
import sys
import tempfile
from collections.abc import Iterable

NAMES = ".conjoin"
DIGESTS = "bindings.txt"
HEADING = "# The files that conjoin has generated here. Do not edit them.\n"


def main() -> int:
    parser = argparse.ArgumentParser()
    for name in ("toolchain", "wit", "world", "out"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--add", action="append", default=[])
    options = parser.parse_args()
    out = pathlib.Path(options.out)
    before = listed(out)
    if before is None:
        return fail(f"the folder {out} is there already, but conjoin has not made it: bindings go there, so rename yours")
    sys.path.insert(0, options.toolchain)
    from componentize_py import script

    with tempfile.TemporaryDirectory(prefix="conjoin-python-") as folder:
        made = pathlib.Path(folder, "bindings")
        sys.argv = ["componentize-py", "-q", "-d", options.wit, "-w", options.world, "bindings", str(made)]
        try:
            script()
        except Exception as error:
            return fail(str(error).split("\n\nStack backtrace:")[0])
        files = {path.relative_to(made).as_posix(): path.read_bytes() for path in made.rglob("*") if path.is_file()}
    for path in map(pathlib.Path, options.add):
        files[path.name] = path.read_bytes()
    replace(out, before, files)
    return 0


def listed(out: pathlib.Path) -> list[str] | None:
    """The files that this program has written below `out`; `None` if there are only others."""
    try:
        return (out / NAMES).read_text().splitlines()[1:]
    except FileNotFoundError:
        return None if out.is_dir() and any(out.iterdir()) else []


def replace(out: pathlib.Path, before: list[str], files: dict[str, bytes]) -> None:
    """Makes `out` hold these files and no others of ours; the list names them all at every moment."""
    write_list(out / NAMES, {*before, *files})
    for path, contents in files.items():
        write(out / path, contents)
    for path in {*before} - {*files}:
        remove(out, pathlib.PurePosixPath(path))
    write_list(out / NAMES, files)
    write_list(out / DIGESTS, (f"{hashlib.sha256(contents).hexdigest()}  {path}" for path, contents in files.items()))


def write_list(path: pathlib.Path, lines: Iterable[str]) -> None:
    write(path, (HEADING + "".join(f"{line}\n" for line in sorted(lines))).encode())


def remove(out: pathlib.Path, path: pathlib.PurePosixPath) -> None:
    """Removes a file and the folders that are empty without it."""
    if path.is_absolute() or ".." in path.parts:
        return
    (out / path).unlink(missing_ok=True)
    for folder in path.parents:
        if folder.parts and (out / folder).is_dir() and not any((out / folder).iterdir()):
            (out / folder).rmdir()


def write(path: pathlib.Path, contents: bytes) -> None:
    """Writes a file whole or not at all; one that has these contents is left alone."""
    if path.is_file() and path.read_bytes() == contents:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".conjoin-{os.getpid()}-{path.name}")
    temporary.write_bytes(contents)
    os.replace(temporary, path)


def fail(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
