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

HEADER = Path(__file__).with_name("host.h")
SIGNATURE = re.compile(r'extern "C" __global__ void (\w+)\(([^)]*)\)\s*\{')


class Kernel(NamedTuple):
    """A kernel on the CPU.

    call : takes pointers to the arguments, the six numbers of the geometry and the order of the threads
    parameters : their C types, with the type names of the options put in
    """

    call: "ctypes._FuncPointer"
    parameters: list[str]


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
def build(text: str, options: tuple[str, ...]) -> dict[str, Kernel]:
    """Compile `text` with the compiler options a launch would use; its kernels by name."""
    parts, found = [HEADER.read_text(), text], {}
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
    source = Path(tempfile.mkstemp(suffix=".cpp", dir=folder())[1])
    source.write_text("\n".join(parts))
    library = source.with_suffix(".so")
    command = [compiler(), "-O1", "-fPIC", "-shared", "-ffp-contract=off", *options, "-o", library, source]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"the CUDA source does not compile as C++:\n{done.stderr}")
    loaded = ctypes.CDLL(str(library))
    names = dict(option[2:].split("=", 1) for option in options if option.startswith("-D"))
    return {
        name: Kernel(getattr(loaded, f"host_{name}"), [spelled(one, names) for one in types])
        for name, types in found.items()
    }


def spelled(parameter: str, names: dict[str, str]) -> str:
    """The type with what the options define put in, without qualifiers that do not matter."""
    plain = parameter.replace("const", "").replace("__restrict__", "")
    return re.sub(r"\w+", lambda word: names.get(word[0], word[0]), plain).replace(" *", "*").strip()
