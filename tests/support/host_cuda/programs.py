"""All CUDA programs of the package, found by themselves."""

from importlib import import_module

from sciml.kernels._cuda import Program
from sciml.kernels._spec import KernelSpec, specs

__all__ = ["device_specs", "program_of", "programs"]


def device_specs() -> list[KernelSpec]:
    """Specs of the kernels that have a CUDA version."""
    return [spec for spec in specs() if spec.on_device]


def program_of(name: str) -> Program:
    """The program of the kernel folder `name`."""
    program = import_module(f"sciml.kernels.{name}.cuda").PROGRAM
    assert isinstance(program, Program)
    return program


def programs() -> dict[str, Program]:
    """Every program once, by the folder that holds its text."""
    found = [program_of(spec.name) for spec in device_specs()]
    return {program.package.rpartition(".")[2]: program for program in found}
