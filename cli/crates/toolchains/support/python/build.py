"""Builds a component from Python with componentize-py. conjoin writes this file into its work folder and runs it:

    python3 build.py --toolchain DIR --wit DIR --world NAME --module NAME --path DIR [--path DIR]... [--stub-wasi] --out FILE

It looks for modules in the given folders alone, never in the packages of the machine, and turns what componentize-py says
into places of the user's files. It refuses to install anything.
"""

import argparse
import os
import re
import sys
import tempfile

NATIVE = (".so", ".pyd", ".dylib")


def main() -> int:
    options = arguments()
    native = [file for folder in options.path[1:] for file in native_extensions(folder)]
    if native:
        listed = "\n".join(f"  {file}" for file in native[:5])
        return fail(f"these packages hold code for this machine, which cannot run in a component:\n{listed}")
    sys.path.insert(0, options.toolchain)
    from componentize_py import script

    # Without this, componentize-py would add the packages of the machine to the component.
    with tempfile.TemporaryDirectory(prefix="conjoin-python-") as folder:
        os.makedirs(os.path.join(folder, "lib", "site-packages"))
        os.environ["VIRTUAL_ENV"] = folder
        sys.argv = ["componentize-py", "-q", "-d", options.wit, "-w", options.world, "componentize"]
        sys.argv += [word for path in options.path for word in ("-p", path)]
        sys.argv += ["--stub-wasi"] * options.stub_wasi + ["-o", options.out, options.module]
        try:
            return script() or 0
        except BaseException as error:
            if isinstance(error, (KeyboardInterrupt, SystemExit)):
                raise
            return fail(explain(str(error), options))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    for name in ("toolchain", "wit", "world", "module", "out"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--path", action="append", required=True)
    parser.add_argument("--stub-wasi", action="store_true")
    return parser.parse_args()


def native_extensions(folder: str) -> list[str]:
    found = []
    for parent, _, files in os.walk(folder):
        names = (name for name in files if name.endswith(NATIVE) and "wasm32-wasi" not in name)
        found += [os.path.join(parent, name) for name in names]
    return sorted(found)


def explain(message: str, options: argparse.Namespace) -> str:
    """What componentize-py says, once and with the user's paths instead of those in the component (`/0/app.py`)."""
    message = message.split("\n\nStack backtrace:")[0].split("\n\nCaused by:")[0].rstrip()

    def place(found: re.Match) -> str:
        index = int(found[1])
        return os.path.normpath(os.path.join(options.path[index], found[2])) if index < len(options.path) else found[0]

    message = re.sub(r'(?<=File ")/(\d+)/([^"]*)', place, message)
    missing = re.search(rf"module '{re.escape(options.module)}' has no attribute '(\w+)'", message)
    if missing:
        file = f"{options.module}.py"
        message = (
            f"the world {options.world} exports an interface that {file} does not implement: "
            f"{file} has no class {missing[1]}"
        )
    return message


def fail(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
