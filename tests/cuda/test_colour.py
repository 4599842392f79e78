"""CUDA sources over colour-split storage, run on the CPU, beyond what the inputs of the specs reach."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from conformance import largest_error
from host_cuda.arrays import wrapped
from host_cuda.build import compiler
from host_cuda.module import stand_in

from sciml.kernels._colour import SplitStencil, split_shape, split_zeros
from sciml.kernels._device import to_host
from sciml.kernels._inputs import SHAPES, constant_stencil, masked, variable_stencil
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array, Stencil
from sciml.kernels.colour_layout import colour_merge, colour_split, split_stencil
from sciml.kernels.prolong_sor import Linear, prolong_sor
from sciml.kernels.prolong_sor.spec import SPEC as PROLONG_SOR
from sciml.kernels.sor_restrict import sor_restrict
from sciml.kernels.sor_restrict.spec import SPEC as SOR_RESTRICT
from sciml.kernels.stencil_sor.spec import SPEC as STENCIL_SOR

pytestmark = pytest.mark.skipif(compiler() is None, reason="no C++ compiler to run CUDA sources on the CPU with")


@pytest.mark.parametrize("shape", SHAPES[:3])
@pytest.mark.parametrize(("natural", "cycle"), [("float64", "float32"), ("float32", "float64")])
class TestBothPrecisions:
    def test_layout_is_that_of_the_cpu(self, shape: tuple[int, int, int], natural: str, cycle: str) -> None:
        u = np.random.default_rng(1).standard_normal(shape).astype(natural)
        x = colour_split(u, np.empty(split_shape(shape), cycle), 0.3, padding=7)
        v = colour_merge(x, u.copy(), 3.0, add=True)
        with stand_in():
            d = wrapped(u)
            y = colour_split(d, np.empty_like(d, shape=x.shape, dtype=cycle), 0.3, padding=7)
            w = colour_merge(y, d.copy(), 3.0, add=True)
        np.testing.assert_array_equal(y.get(), x)
        np.testing.assert_array_equal(w.get(), v)

    def test_stencil_is_that_of_the_cpu(self, shape: tuple[int, int, int], natural: str, cycle: str) -> None:
        stencil = variable_stencil(shape, (False, False, shape[2] % 2 == 0), np.random.default_rng(2), natural)
        with stand_in():
            found = to_host(split_stencil(wrapped(stencil), cycle))
        *faces, diagonal, surplus = zip(found, split_stencil(stencil, cycle), strict=True)
        for a, b in (*faces, diagonal):
            assert a.dtype == cycle
            np.testing.assert_array_equal(a, b)
        # What is left of d after six subtractions, in one order or another.
        rounding = 6 * np.finfo(natural).eps * stencil.d.max()
        np.testing.assert_allclose(*surplus, rtol=np.finfo(cycle).eps, atol=rounding)


@pytest.mark.parametrize("spec", [STENCIL_SOR, SOR_RESTRICT, PROLONG_SOR], ids=lambda spec: spec.name)
def test_sweeps_in_double_precision(spec: KernelSpec) -> None:
    with stand_in(order=7):
        largest_error(replace(spec, tolerance={"float64": 1e-13}), "float64", wrapped, to_host)


@pytest.mark.parametrize("linear", [False, True])
@pytest.mark.parametrize("sweeps", [0, 1, 2])
@pytest.mark.parametrize("make", [constant_stencil, variable_stencil])
def test_cycle_matches_the_cpu_in_padding_too(make: Callable[..., Stencil], sweeps: int, linear: bool) -> None:
    rng, shape, ratio = np.random.default_rng(3), (4, 3, 7), (2, 2, 1)
    stencil = make(shape, (True, False, False), rng, np.float64)
    operator = split_stencil(stencil, np.float32)
    f = colour_split(masked(stencil, rng.standard_normal(shape)), split_zeros(shape, np.float32))
    ends = rng.uniform(-1, 1, (3, 2))

    def cycle(operator: SplitStencil, f: Array, ends: Array) -> tuple[Array, Array, Array]:
        x, coarse = (split_zeros(box, f.dtype, like=f) for box in (shape, (2, 2, 7)))
        x[:] = np.nan
        sor_restrict(operator, x, f, coarse, omega=1.2, sweeps=sweeps, zero=True, target=ratio, periodic=True)
        before = x.copy()
        rule = Linear(ends, (True, False, False)) if linear else None
        prolong_sor(operator, x, f, coarse, n2=7, omega=1.2, sweeps=sweeps, target=ratio, linear=rule, periodic=True)
        return coarse, before, x

    with stand_in(order=1):
        found = to_host(cycle(*wrapped((operator, f, ends))))
    for a, b in zip(found, cycle(operator, f, ends), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=3e-5 * np.abs(b).max())


@pytest.mark.parametrize(("sweeps", "linear", "launches"), [(0, False, 2), (1, False, 2), (3, False, 6), (2, True, 5)])
def test_corrections_are_fused_into_sweeps(sweeps: int, linear: bool, launches: int) -> None:
    stencil = constant_stencil((4, 4, 4), (False, False, False), np.random.default_rng(0), np.float32)
    with stand_in() as cupy:
        operator, x, coarse = wrapped((stencil, *(split_zeros((n, n, n), np.float32) for n in (4, 2))))
        rule = Linear(np.ones((3, 2)), (False, False, False)) if linear else None
        prolong_sor(operator, x, x.copy(), coarse, n2=4, sweeps=sweeps, linear=rule)
        assert len(cupy.launches) == launches
