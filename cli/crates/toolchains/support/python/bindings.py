"""Writes the bindings of a world for editors and type checkers. conjoin writes this file into its work folder and runs it:

    python3 bindings.py --toolchain DIR --wit DIR --world NAME --out DIR [--add FILE]...

The folder it writes is its own: `bindings.txt` in it lists what it made, and what an earlier world left behind is removed. It
refuses a folder that something else made. A component gets bindings of its own when it is built, never these.
"""

import argparse
import hashlib
import os
import pathlib
import sys
import tempfile

LIST = "bindings.txt"
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
        lines = (out / LIST).read_text().splitlines()[1:]
    except FileNotFoundError:
        others = out.is_dir() and any(not entry.name.startswith(".") for entry in out.iterdir())
        return None if others else []
    return [line.partition("  ")[2] for line in lines]


def replace(out: pathlib.Path, before: list[str], files: dict[str, bytes]) -> None:
    """Makes `out` hold these files and no others of ours; the list names them all at every moment."""
    digests = {path: hashlib.sha256(contents).hexdigest() for path, contents in files.items()}
    write_list(out, dict.fromkeys(before, "-") | digests)
    for path, contents in files.items():
        write(out / path, contents)
    for path in set(before) - set(files):
        remove(out, pathlib.PurePosixPath(path))
    write_list(out, digests)


def write_list(out: pathlib.Path, digests: dict[str, str]) -> None:
    write(out / LIST, (HEADING + "".join(f"{digest}  {path}\n" for path, digest in sorted(digests.items()))).encode())


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
