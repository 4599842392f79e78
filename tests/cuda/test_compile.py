"""Every CUDA source compiles to machine code of real cards; no thread of a stencil kernel runs out of registers."""

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import pytest
from host_cuda.build import SIGNATURE
from host_cuda.nvrtc import compiler_library, resources
from host_cuda.programs import programs
from host_cuda.report import Compiled, Report

from sciml.kernels._cuda import Program

ARCHITECTURES = ("sm_75", "sm_80", "sm_90")
PROGRAMS = programs()

pytestmark = pytest.mark.skipif(
    compiler_library() is None and "CI" not in os.environ, reason="the wheel nvidia-cuda-nvrtc is not installed"
)


def types(options: tuple[str, ...]) -> str:
    """The types that compiler options choose."""
    return ", ".join(option.partition("=")[2] for option in options if option.startswith("-D"))


@pytest.mark.parametrize("name", PROGRAMS)
def test_compiles_for_real_cards(name: str, report: Report) -> None:
    program = PROGRAMS[name]
    instances = list(product(ARCHITECTURES, program.variants()))
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda one: resources(program.text, one[1], one[0]), instances))
    for (architecture, options), kernels in zip(instances, found, strict=True):
        assert {usage.kernel for usage in kernels} == {match[1] for match in SIGNATURE.finditer(program.text)}
        report.compiled.append(Compiled(name, types(options), architecture, kernels))
        if of_stencils(program):
            assert not [usage for usage in kernels if usage.frame or usage.stores or usage.loads]


def of_stencils(program: Program) -> bool:
    """Whether the kernels are those of operators on boxes."""
    return any("stencil" in name for name in (program.package, *program.headers))


def test_refuses_what_is_wrong() -> None:
    with pytest.raises(RuntimeError, match='identifier "undeclared" is undefined'):
        resources('extern "C" __global__ void f(int *x) { *x = undeclared; }', (), "sm_80")


def test_sees_registers_run_out() -> None:
    program = PROGRAMS["stencil_apply"]
    options = (*program.options("float64"), "--maxrregcount=24")
    assert all(usage.stores and usage.loads and usage.frame for usage in resources(program.text, options, "sm_80"))
