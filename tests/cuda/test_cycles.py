"""Kernels of multigrid cycles in single precision, in double precision: as exact as numbers of that precision are."""

import os
from dataclasses import replace

import pytest
from conformance import largest_error
from host_cuda.arrays import wrapped
from host_cuda.build import compiler
from host_cuda.module import stand_in

from sciml.kernels._device import to_host
from sciml.kernels._spec import KernelSpec
from sciml.kernels.correct_residual.spec import SPEC as CORRECT_RESIDUAL
from sciml.kernels.cubic_prolong.spec import SPEC as CUBIC_PROLONG
from sciml.kernels.split_direction.spec import SPEC as SPLIT_DIRECTION
from sciml.kernels.sum_children.spec import SPEC as SUM_CHILDREN

SPECS = [CORRECT_RESIDUAL, SPLIT_DIRECTION, CUBIC_PROLONG, SUM_CHILDREN]

pytestmark = pytest.mark.skipif(
    compiler() is None and "CI" not in os.environ,
    reason="no C++ compiler (g++ or clang++) to run CUDA sources on the CPU with",
)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_in_double_precision(spec: KernelSpec) -> None:
    assert "float64" not in spec.dtypes
    with stand_in():
        largest_error(replace(spec, tolerance={"float64": 1e-13}), "float64", wrapped, to_host)
