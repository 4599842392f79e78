"""Fluxes and balances belong to the discrete system exactly."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sciml._errors import InputError
from sciml.mesh import AXES, Boundary, Grid
from sciml.pde import LinearSystem, boundary_balance, flux, poisson

PAIRS = [(a, b) for a in ("dirichlet", "neumann", "robin") for b in ("dirichlet", "neumann", "robin")]
PAIRS += [("periodic", "periodic")]


def random_problem(rng: np.random.Generator, location: str, ndim: int, batch: tuple[int, ...]) -> LinearSystem:
    shape = tuple(int(n) + 2 * (location == "node") for n in rng.integers(1, 5, ndim))
    boundary = {}
    for axis in AXES[:ndim]:
        for sign, kind in zip("-+", PAIRS[rng.integers(10)], strict=True):
            boundary[axis + sign] = Boundary(kind, float(rng.normal()), float(rng.choice([0.0, 2.0])))
    mask, fixed = rng.random(shape) < 0.8, rng.random(shape) < 0.1
    centre = tuple(n // 2 for n in shape)
    mask[centre], fixed[centre] = True, False
    grid = Grid(
        shape, tuple(rng.uniform(1, 2, ndim)), location, boundary, mask=mask if rng.random() < 0.5 else None,
        fixed=fixed & mask if rng.random() < 0.5 else None, fixed_value=rng.normal(size=shape),
    )
    k = np.exp(rng.normal(size=shape))
    shift = float(rng.choice([0.0, 0.5]))
    return poisson(grid, k, rng.normal(size=batch + shape), shift=shift, project=True)


def solve_dense(system: LinearSystem) -> np.ndarray:
    rows = system.b.reshape(-1, system.A.shape[0])
    return (np.linalg.pinv(system.A.tocsr().toarray(), hermitian=True) @ rows.T).T.reshape(system.b.shape)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1), location=st.sampled_from(["cell", "node"]), ndim=st.integers(1, 3),
    batch=st.sampled_from([(), (2,)]),
)
def test_balance_closes(seed: int, location: str, ndim: int, batch: tuple[int, ...]) -> None:
    system = random_problem(np.random.default_rng(seed), location, ndim, batch)
    balance = boundary_balance(system, solve_dense(system))
    assert balance.defect.shape == batch
    scale = system.A.diagonal().max() * np.prod(system.domain.spacing) * max(abs(system.b).max(), 1)
    gap = np.abs(sum(balance.terms.values()))
    assert np.all(gap <= 1e-12 * np.maximum(balance.inflow, scale))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), ndim=st.integers(1, 3), batch=st.sampled_from([(), (2,)]))
def test_divergence_of_flux_is_the_operator(seed: int, ndim: int, batch: tuple[int, ...]) -> None:
    """On cells: sum of what leaves through the faces = A u minus its known and shift part, for any u."""
    rng = np.random.default_rng(seed)
    system = random_problem(rng, "cell", ndim, batch)
    grid, active = system.domain, system.A.active
    u = rng.normal(size=system.b.shape) * (1 if active is None else active)
    faces = flux(system, u)
    divergence = sum(
        np.diff(q, axis=axis - ndim) / h for axis, (q, h) in enumerate(zip(faces, grid.spacing, strict=True))
    )
    zero = poisson(grid, system.problem.coefficient, 0.0, shift=system.problem.shift, project=True)
    known = zero.b
    if zero.A.nullspace is not None:
        known = known + sum_of_removed(zero)
    expected = system.A.apply(u) - known - system.problem.shift * u
    where = np.ones(grid.shape, bool) if active is None else active
    scale = 1 + abs(expected).max()
    np.testing.assert_allclose(divergence[..., where], expected[..., where], rtol=0, atol=1e-12 * scale)


def sum_of_removed(system: LinearSystem) -> np.ndarray:
    """The means that `poisson` took from floating components, back on their cells."""
    removed = np.zeros(system.A.shape[0])
    space = system.A.nullspace
    cells = np.arange(space.size) if space.cells is None else space.cells
    removed[cells] = np.repeat([c.mean for c in system.components], space.sizes)
    return removed.reshape(system.A.grid_shape)


def test_terms_of_a_rod() -> None:
    """Source 1 on length 2, 0.5 flows in over x+, all leaves over the robin side x-."""
    grid = Grid((10,), (2.0,), boundary={"x-": Boundary("robin", 3.0, 4.0), "x+": Boundary("neumann", 0.5)})
    system = poisson(grid, 7.0, 1.0)
    balance = boundary_balance(system, solve_dense(system))
    assert balance.terms["source"] == pytest.approx(2.0, rel=1e-12)
    assert balance.terms["x+"] == pytest.approx(0.5, rel=1e-12)
    assert balance.terms["x-"] == pytest.approx(-2.5, rel=1e-11)
    assert balance.inflow == pytest.approx(2.5, rel=1e-12)
    assert balance.defect < 1e-11


def test_nothing_flows() -> None:
    system = poisson(Grid((3, 3)), source=0.0)
    assert boundary_balance(system, np.zeros((3, 3))).defect == 0


@pytest.mark.parametrize("location", ["cell", "node"])
@pytest.mark.parametrize("kind", ["dirichlet", "robin"])
def test_uniform_field_has_no_defect(location: str, kind: str) -> None:
    """Through every face next to nothing flows, and the rounding errors of that nothing do not balance."""
    boundary = Boundary("dirichlet", 300.1) if kind == "dirichlet" else Boundary("robin", 300.1, 7.0)
    system = poisson(Grid((6, 5, 7), (1.0, 0.7, 0.3), location, boundary), 3.3, 0.0)
    assert boundary_balance(system, solve_dense(system)).defect < 1e-8


def test_flows_that_cancel_within_a_side_have_no_defect() -> None:
    """Heat enters and leaves through one side: its rounding errors are compared with what passes, not with the sum."""
    grid = Grid((6, 8), boundary={"x-": Boundary("dirichlet", "cos(2*pi*y)"), "x+": Boundary("neumann"),
                                  "y": Boundary("periodic")})  # fmt: skip
    system = poisson(grid, 3.0, 0.0)
    balance = boundary_balance(system, solve_dense(system))
    assert balance.inflow < 1e-12
    assert balance.exchange > 1
    assert balance.defect < 1e-12


def test_defect_of_a_wrong_solution_is_not_hidden() -> None:
    """Twice the temperature of a source of 1 lets twice the heat out, also where the level of u is high."""
    system = poisson(Grid((8, 8), boundary=Boundary("dirichlet", 300.0)))
    x = 300.0 + 2 * (solve_dense(system) - 300.0)
    assert boundary_balance(system, x).defect == pytest.approx(0.5, rel=1e-9)


def test_flux_at_node_dirichlet_side_of_a_parabola() -> None:
    """u = x (1 - x) / 2: the extrapolated flux is exact."""
    grid = Grid((6,), location="node")
    system = poisson(grid)
    q = flux(system, solve_dense(system))[0]
    np.testing.assert_allclose(q, [-0.5, -0.4, -0.2, 0.0, 0.2, 0.4, 0.5], atol=1e-14)


def test_flux_of_two_nodes_and_behind_obstacles() -> None:
    """Where there is one face only, the side takes its flux."""
    mask = np.array([True, True, True, False, True])
    grid = Grid((5,), location="node", mask=mask)
    q = flux(poisson(grid, source=0.0, project=True), np.array([3.0, 3.0, 0.0]))[0]
    np.testing.assert_allclose(q, [-18, -12, 0, 0, 0, 0][:6])


def test_system_put_together_by_hand_has_no_flux() -> None:
    system = poisson(Grid((3,)))
    bare = LinearSystem(system.A, system.b, system.domain, system.index)
    with pytest.raises(InputError, match=r"sciml\.pde\.poisson"):
        flux(bare, system.b)
