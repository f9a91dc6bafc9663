"""Builds a component from Python with componentize-py. conjoin writes this file into its work folder and runs it:

    python3 build.py --toolchain DIR --wit DIR --world NAME --module NAME --path DIR [--path DIR]... [--stub-wasi] --out FILE
                     [--read FILE]

It writes the component (`--out`) and which modules of the project it imports (`--read`, in the format of Makefiles). It looks for modules in the given folders alone, never in the packages of the machine, finds imports that would come too late,
and turns what componentize-py says into places of the user's files. It refuses to install anything.
"""

import argparse
import ast
import os
import re
import sys
import tempfile

NATIVE = (".so", ".pyd", ".dylib")
# Modules that every component holds.
ALWAYS = {"builtins", "os", "os.path", "sys", "time"}


def main() -> int:
    options = arguments()
    native = [file for folder in options.path[1:] for file in native_extensions(folder)]
    if native:
        listed = "\n".join(f"  {file}" for file in native[:5])
        return fail(f"these packages hold code for this machine, which cannot run in a component:\n{listed}")
    late, read = late_imports(options.path[0], options.module)
    if late:
        return fail("a component holds only the modules that were imported when it was built:\n" + "\n".join(late))
    if options.read:
        escaped = [os.path.abspath(path).replace(" ", "\\ ") for path in (options.out, *read)]
        with open(options.read, "w", encoding="utf-8") as file:
            file.write(f"{escaped[0]}: {' '.join(escaped[1:])}\n")
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
            return fail(explain(str(error), options, read))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    for name in ("toolchain", "wit", "world", "module", "out"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--path", action="append", required=True)
    parser.add_argument("--stub-wasi", action="store_true")
    parser.add_argument("--read")
    return parser.parse_args()


def native_extensions(folder: str) -> list[str]:
    found = []
    for parent, _, files in os.walk(folder):
        names = (name for name in files if name.endswith(NATIVE) and "wasm32-wasi" not in name)
        found += [os.path.join(parent, name) for name in names]
    return sorted(found)


def late_imports(folder: str, module: str) -> tuple[list[str], list[str]]:
    """The places of imports inside of functions that find nothing when the function runs, and the files of all imported modules.

    Those of modules that some file of the component imports at its top are as good as any.
    """
    early: set[str] = set()
    late: list[tuple[str, int, str, str]] = []
    pending, seen, read = [module], set(), []
    while pending:
        name = pending.pop()
        path = None if name in seen else source_of(folder, name)
        seen.add(name)
        if path is None:
            continue
        read.append(path)
        package = name if path.endswith("__init__.py") else name.rpartition(".")[0]
        for line, function, found in imports(path, package):
            parents = [found[: dot.start()] for dot in re.finditer(r"\.", found)]
            pending += [found, *parents]
            if function is None:
                early.update([found, *parents])
            else:
                late.append((os.path.relpath(path, folder), line, function, found))
    missed = [place for place in late if place[3] not in early | ALWAYS]
    listed = [f"  {path}:{line}: `{function}` imports `{name}`" for path, line, function, name in sorted(set(missed))]
    return listed, sorted(read)


def source_of(folder: str, module: str) -> str | None:
    path = os.path.join(folder, *module.split("."))
    return next((file for file in (f"{path}.py", os.path.join(path, "__init__.py")) if os.path.isfile(file)), None)


def parsed(path: str) -> ast.Module:
    try:
        with open(path, "rb") as file:
            return ast.parse(file.read())
    except SyntaxError:
        # Python itself says it better, and the Python of the component may be newer than this one.
        return ast.Module(body=[], type_ignores=[])


def imports(path: str, package: str) -> list[tuple[int, str | None, str]]:
    """Each import of a file: its line, the function it is in, and the module. A package's own modules may be among its names."""
    found = []
    pending: list[tuple[ast.AST, str | None]] = [(parsed(path), None)]
    while pending:
        node, function = pending.pop()
        if isinstance(node, ast.Import):
            found += [(node.lineno, function, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            found.append((node.lineno, function, module))
            if function is None:
                found += [(node.lineno, None, f"{module}.{alias.name}") for alias in node.names]
        inside = node.name if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else function
        pending += [(child, inside) for child in ast.iter_child_nodes(node)]
    return found


def explain(message: str, options: argparse.Namespace, read: list[str]) -> str:
    """What componentize-py says, once and with the user's paths instead of those in the component (`/0/app.py`).

    `read` are the files of the component's own modules.
    """
    message = message.split("\n\nStack backtrace:")[0].split("\n\nCaused by:")[0].rstrip()

    def place(found: re.Match) -> str:
        index = int(found[1])
        return os.path.normpath(os.path.join(options.path[index], found[2])) if index < len(options.path) else found[0]

    message = re.sub(r'(?<=File ")/(\d+)/([^"]*)', place, message)
    name = options.world.replace("-", "_")
    message = re.sub(
        rf"ModuleNotFoundError: No module named '{re.escape(name)}(\.[\w.]+)?'$",
        f"there is no module {name}: the bindings of the world {options.world} are the module wit_world",
        message,
    )
    missing = re.search(rf"module '{re.escape(options.module)}' has no attribute '(\w+)'", message)
    if missing:
        file = f"{options.module}.py"
        message = (
            f"the world {options.world} exports an interface that {file} does not implement: "
            f"{file} has no class {missing[1]}"
        )
    abstract = re.search(r"Can't instantiate abstract class (\w+) .* abstract methods? (.+)$", message)
    place = place_of_class(abstract[1], options.path[0], read) if abstract else None
    if place:
        methods = abstract[2].replace("'", "`")
        message = f"{message}:\n  {place}: this class lacks {methods}"
    return message


def place_of_class(name: str, folder: str, files: list[str]) -> str | None:
    classes = ((path, node) for path in files for node in ast.walk(parsed(path)) if isinstance(node, ast.ClassDef))
    places = (f"{os.path.relpath(path, folder)}:{node.lineno}" for path, node in classes if node.name == name)
    return next(places, None)


def fail(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
