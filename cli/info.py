"""The command ``sciml info``: what a solve on this machine would use."""

import sys
from importlib.metadata import PackageNotFoundError, version

import click

__all__ = ["info"]

_LIBRARIES = ("numpy", "scipy", "numba", "h5py", "pyamg", "matplotlib", "rich", "click", "torch", "safetensors")
_OPTIONAL = {
    "CHOLMOD": "scikit-sparse", "PARDISO": "pypardiso", "CuPy for CUDA 12": "cupy-cuda12x",
    "CuPy for CUDA 13": "cupy-cuda13x", "VTK": "vtk", "PETSc": "petsc4py",
}


@click.command(epilog="Example: sciml info")
@click.option("-q", "--quiet", is_flag=True, help="Versions only.")
@click.option("-v", "--verbose", is_flag=True, help="With paths.")
def info(quiet: bool, verbose: bool) -> None:
    """Show versions, threads, memory, caches and devices."""
    from sciml import __version__
    from sciml.cli._summary import print_pairs

    pairs = {"sciml": __version__, "python": sys.version.split()[0]}
    pairs |= {name: _version(name) for name in _LIBRARIES}
    if not quiet:
        pairs |= _machine() | {name: _version(package) for name, package in _OPTIONAL.items()}
    if verbose:
        pairs |= {"interpreter": sys.executable, "package": __import__("sciml").__path__[0]}
    print_pairs(pairs, sys.stdout)


def _machine() -> dict[str, str]:
    import os
    import platform

    from numba import config

    from sciml._memory import memory_limit, readable_bytes
    from sciml.kernels._pool import usable_cores

    limit = memory_limit()
    cache = getattr(config, "CACHE_DIR", "")
    return {
        "platform": platform.platform(),
        "cores": f"{os.cpu_count()} ({usable_cores()} usable, the default number of threads)",
        "usable memory": readable_bytes(limit) if limit is not None else "unknown",
        "kernel cache": cache or "beside the package, in the user's cache where that is read-only",
        "CUDA devices": _devices(),
    }


def _devices() -> str:
    from importlib.util import find_spec

    if find_spec("cupy") is None:
        return "none (CuPy is not installed)"
    import cupy

    runtime = cupy.cuda.runtime
    try:
        names = [runtime.getDeviceProperties(k)["name"].decode() for k in range(runtime.getDeviceCount())]
    except runtime.CUDARuntimeError as error:
        return f"none ({error if runtime.driverGetVersion() else 'there is no NVIDIA driver'})"
    return ", ".join(names) or "none"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
