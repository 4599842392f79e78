"""NVIDIA's run-time compiler from its wheel: machine code for real cards, without a card, a driver or CuPy."""

import ctypes
import re
from functools import cache
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import NamedTuple

__all__ = ["Usage", "compiler_library", "resources"]

FUNCTION = re.compile(
    r"Compiling entry function '(?P<kernel>\w+)'.*?"
    r"(?P<frame>\d+) bytes stack frame, (?P<stores>\d+) bytes spill stores, (?P<loads>\d+) bytes spill loads.*?"
    r"Used (?P<registers>\d+) registers(?P<rest>[^\n]*)",
    re.DOTALL,
)


class Usage(NamedTuple):
    """What one kernel takes of an architecture.

    registers : a thread
    frame, stores, loads : bytes of local memory a thread, and those written and read because registers ran out
    shared : bytes a block
    """

    kernel: str
    registers: int
    frame: int
    stores: int
    loads: int
    shared: int


@cache
def compiler_library() -> ctypes.CDLL | None:
    """The library, None where the wheel nvidia-cuda-nvrtc is not installed."""
    try:
        paths = [Path(str(path.locate())) for path in files("nvidia-cuda-nvrtc") or ()]
    except PackageNotFoundError:
        return None
    # The library looks for its built-in functions by name on the search path, where those of a wheel are not.
    for wanted in (r"libnvrtc-builtins\.so[.\d]*", r"libnvrtc\.so[.\d]*"):
        (path,) = (path for path in paths if re.fullmatch(wanted, path.name))
        library = ctypes.CDLL(str(path))
    return library


def resources(text: str, options: tuple[str, ...], architecture: str) -> list[Usage]:
    """Compile `text` to machine code of `architecture`, e.g. ``"sm_80"``; what each of its kernels takes.

    Raises
    ------
    RuntimeError
        If the compiler refuses or warns.
    """
    library = compiler_library()
    assert library is not None
    flags = (*options, f"--gpu-architecture={architecture}", "--ptxas-options=-v")
    program = ctypes.c_void_p()
    library.nvrtcCreateProgram(ctypes.byref(program), text.encode(), b"cuda.cu", 0, None, None)
    refused = library.nvrtcCompileProgram(program, len(flags), (ctypes.c_char_p * len(flags))(*map(str.encode, flags)))
    log = _output(library.nvrtcGetProgramLogSize, library.nvrtcGetProgramLog, program).decode().rstrip("\0")
    if refused or "warning" in log:
        raise RuntimeError(f"{' '.join(flags)}:\n{log}")
    code = _output(library.nvrtcGetCUBINSize, library.nvrtcGetCUBIN, program)
    library.nvrtcDestroyProgram(ctypes.byref(program))
    assert code.startswith(b"\x7fELF")
    return [_usage(match) for match in FUNCTION.finditer(log)]


def _output(size_of: "ctypes._FuncPointer", get: "ctypes._FuncPointer", program: ctypes.c_void_p) -> bytes:
    size = ctypes.c_size_t()
    size_of(program, ctypes.byref(size))
    held = ctypes.create_string_buffer(size.value)
    get(program, held)
    return held.raw


def _usage(match: re.Match[str]) -> Usage:
    shared = re.search(r"(\d+) bytes smem", match["rest"])
    numbers = (int(match[name]) for name in ("registers", "frame", "stores", "loads"))
    return Usage(match["kernel"], *numbers, shared=int(shared[1]) if shared else 0)
