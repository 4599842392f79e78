"""The classical cycle as a preconditioner of our own systems, and of SciPy's solvers."""

import numpy as np
import pytest
from scipy.sparse.linalg import cg

from sciml._errors import InputError
from sciml.mesh import Boundary, Grid
from sciml.models.mgno import CycleSettings, VCycle
from sciml.models.mgno.poisson import from_poisson
from sciml.models.mgno.preconditioner import CyclePreconditioner
from sciml.pde import poisson
from sciml.solvers import PCG, solve

D, N, P = "dirichlet", "neumann", "periodic"


@pytest.mark.parametrize("location", ["cell", "node"])
@pytest.mark.parametrize("boundary", [
    {"x": D, "y": D}, {"x": N, "y": D}, {"x": P, "y-": N, "y+": D}, {"x": N, "y": N}, {"x": P, "y": P},
    {"x-": D, "x+": N, "y": P},
])
def test_conjugate_gradients_converge_alike_at_every_size(location: str, boundary: dict[str, str]) -> None:
    iterations = []
    conditions = {side: Boundary(kind) for side, kind in boundary.items()}
    for n in (32, 64):
        shape = tuple(n + (location == "node" and boundary.get(axis) != P) for axis in "xy")
        system = poisson(Grid(shape, location=location, boundary=conditions), source="sin(9 * x) + y", project=True)
        solution = solve(system.A, system.b, PCG(preconditioner=CyclePreconditioner()))
        assert solution.converged
        iterations.append(solution.iterations)
    assert max(iterations) <= 12
    assert abs(iterations[0] - iterations[1]) <= 1


@pytest.mark.parametrize(("shape", "extent"), [((64,), (2.0,)), ((16, 32, 16), (1.0, 2.0, 1.0))])
def test_lines_and_boxes(shape: tuple[int, ...], extent: tuple[float, ...]) -> None:
    system = poisson(Grid(shape, extent=extent), source="1 + x")
    assert solve(system.A, system.b, PCG(preconditioner=CyclePreconditioner())).iterations <= 15


def test_single_precision_and_variable_coefficients() -> None:
    system = poisson(Grid((32, 32)), coefficient="exp(x - y)")
    preconditioner = CyclePreconditioner(dtype="float32", smoothing_steps=2)
    assert solve(system.A, system.b, PCG(preconditioner=preconditioner)).iterations <= 14


def test_it_serves_scipy_one_vector_or_several() -> None:
    system = poisson(Grid((32, 16)))
    state = CyclePreconditioner().setup(system.A)
    x, info = cg(system.A.aslinearoperator(), system.b.ravel(), rtol=1e-10, maxiter=20, M=state.aspreconditioner())
    assert info == 0
    assert np.linalg.norm(system.b.ravel() - system.A @ x) <= 1e-9 * np.linalg.norm(system.b)
    rows = np.random.default_rng(0).standard_normal((2, 512))
    both, one = np.empty_like(rows), np.empty(512)
    state.apply(rows, both)
    state.apply(rows[1], one)
    np.testing.assert_allclose(both[1], one, rtol=1e-13)


def test_a_cycle_of_ones_own_is_used() -> None:
    system = poisson(Grid((16, 16)))
    mine = from_poisson([1 / 16] * 2, 1, location="cell", coarse_steps=1)
    z = np.empty(256)
    CyclePreconditioner(mine).setup(system.A).apply(np.ones(256), z)
    np.testing.assert_allclose(z, 0.8 / (4 * 256))


def test_what_it_cannot_precondition_is_refused() -> None:
    with pytest.raises(InputError, match="ndarray"):
        CyclePreconditioner().setup(np.eye(4))
    robin = poisson(Grid((8, 8), boundary={"y+": Boundary("robin", 1.0, transfer=2.0)}))
    with pytest.raises(InputError, match=r"robin condition on y\+"):
        CyclePreconditioner().setup(robin.A)
    with pytest.raises(InputError, match="2 to 1 channels on 2 axes"):
        CyclePreconditioner(VCycle(2, 1, CycleSettings())).setup(poisson(Grid((8, 8))).A)
