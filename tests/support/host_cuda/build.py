"""From the text of a CUDA source to functions that run its kernels on the CPU."""

import atexit
import ctypes
import re
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

__all__ = ["Kernel", "build", "compiler"]

HEADER, WATCH = Path(__file__).with_name("host.h"), Path(__file__).with_name("watch.cpp")
SIGNATURE = re.compile(r'extern "C" __global__ void (\w+)\(([^)]*)\)\s*\{')


class Kernel(NamedTuple):
    """A kernel on the CPU.

    call : takes pointers to the arguments, the six numbers of the geometry and the order of the threads
    parameters : their C types, with the type names of the options put in
    library : where it is; has the functions of watch.cpp if the accesses to memory are watched
    """

    call: "ctypes._FuncPointer"
    parameters: list[str]
    library: ctypes.CDLL


def compiler() -> str | None:
    """A C++ compiler, None where there is none."""
    return shutil.which("g++") or shutil.which("clang++")


@cache
def folder() -> Path:
    path = Path(tempfile.mkdtemp(prefix="host_cuda"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def body_of(text: str, start: int) -> str:
    """What is between the brace before `start` and the one that closes it."""
    depth, end = 1, start
    while depth:
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        end += 1
    return text[start:end]


def types_of(parameters: str) -> list[str]:
    return [re.sub(r"\w+$", "", one.strip()).strip() for one in parameters.split(",")]


@cache
def build(text: str, options: tuple[str, ...], watched: bool = False) -> dict[str, Kernel]:
    """Compile `text` with the compiler options a launch would use; its kernels by name."""
    # Shared arrays of functions that no other file sees can lie together, where they are spoiled before each block.
    parts, found = [HEADER.read_text(), "namespace {", text, "}"], {}
    for match in SIGNATURE.finditer(text):
        name, types = match[1], types_of(match[2])
        values = ", ".join(f"*({one} *)args[{k}]" for k, one in enumerate(types))
        barriers = bool(re.search(r"\b(block_sum|__syncthreads)\b", body_of(text, match.end())))
        parts.append(
            f"static void body_{name}(void **args) {{ {name}({values}); }}\n"
            f'extern "C" int host_{name}(void **args, const unsigned *shape, int order) '
            f"{{ return run(body_{name}, args, shape, order, {str(barriers).lower()}); }}"
        )
        found[name] = types
    loaded = linked("\n".join(parts), options, watched)
    names = dict(option[2:].split("=", 1) for option in options if option.startswith("-D"))
    return {
        name: Kernel(getattr(loaded, f"host_{name}"), [spelled(one, names) for one in types], loaded)
        for name, types in found.items()
    }


def linked(text: str, options: tuple[str, ...], watched: bool) -> ctypes.CDLL:
    """A library of C++ code; its loads and stores call watch.cpp if they are watched."""
    with tempfile.NamedTemporaryFile("w", suffix=".cpp", dir=folder(), delete=False) as source:
        source.write(text)
    path = Path(source.name)
    seen = ("-DWATCHED", "-fsanitize=thread") if watched else ()
    called("-c", *options, *seen, path, "-o", path.with_suffix(".o"))
    objects = (path.with_suffix(".o"), *([watch()] if watched else []))
    called("-shared", *objects, "-o", path.with_suffix(".so"))
    return ctypes.CDLL(str(path.with_suffix(".so")))


@cache
def watch() -> Path:
    """watch.cpp, compiled; each library gets its own state."""
    path = folder() / "watch.o"
    called("-c", "-O2", "-std=c++17", "-fvisibility=protected", WATCH, "-o", path)
    return path


def called(*arguments: str | Path) -> None:
    """Run the compiler."""
    command = [compiler(), "-O1", "-fPIC", "-ffp-contract=off", *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"the CUDA source does not compile as C++:\n{done.stderr}")


def spelled(parameter: str, names: dict[str, str]) -> str:
    """The type with what the options define put in, without qualifiers that do not matter."""
    plain = parameter.replace("const", "").replace("__restrict__", "")
    return re.sub(r"\w+", lambda word: names.get(word[0], word[0]), plain).replace(" *", "*").strip()
