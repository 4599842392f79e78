"""When the automatic choice takes the transforms: always, except for long axes without a fast one."""

import pytest

from sciml.mesh import Boundary, Grid
from sciml.pde import StencilOperator, poisson
from sciml.solvers._auto import DENSE_UP_TO, plan
from sciml.solvers.spectral import dense_axes

LONG = DENSE_UP_TO + 1


def operator(shape: tuple[int, ...], **sides: str) -> StencilOperator:
    boundary = {axis: Boundary(kind, 1.0, transfer=2.0) for axis, kind in sides.items()}
    return poisson(Grid(shape, boundary=boundary)).A


@pytest.mark.parametrize(
    ("A", "dense", "method"),
    [
        (operator((LONG, LONG)), (), "fft"),
        (operator((LONG, LONG), x="robin"), (), "fft"),
        (operator((LONG, 80), x="robin", y="robin"), (1,), "fft"),
        (operator((80, LONG), x="robin", y="robin"), (0,), "fft"),
        (operator((LONG, LONG + 1), x="robin", y="robin"), (0,), "multigrid"),
        (operator((30, 20, 40), x="robin", y="robin", z="robin"), (0, 1), "fft"),
    ],
    ids=["box", "one robin axis", "second axis dense", "first axis dense", "long dense axis", "three robin axes"],
)
def test_choice(A: StencilOperator, dense: tuple[int, ...], method: str) -> None:
    assert A.separable is not None
    assert dense_axes(A.separable) == dense
    assert plan(A)[0].method == method
