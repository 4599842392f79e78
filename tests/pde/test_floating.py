"""Null space per connected component: found, reported, projected; or refused."""

import numpy as np
import pytest
from scipy.sparse.linalg import spsolve

from sciml._errors import InputError
from sciml.mesh import Boundary, Grid
from sciml.pde import Component, FloatingWarning, LinearSystem, poisson

INSULATED = Boundary("neumann")


def pockets() -> LinearSystem:
    """Two isolated pockets of 4 and 1 cells inside a box that its Dirichlet side pins."""
    mask = np.ones((9, 9), bool)
    mask[1:7, 1:7] = False
    mask[2:4, 2:4] = True
    mask[5, 5] = True
    grid = Grid((9, 9), mask=mask, boundary={"x": INSULATED, "y+": INSULATED})
    return poisson(grid, 2.0, "1 + x + y", project=True)


def test_two_pockets_and_a_pinned_component() -> None:
    system = pockets()
    assert [c.cells for c in system.components] == [4, 1]
    assert [c.defect for c in system.components] == [pytest.approx(1.0), pytest.approx(1.0)]
    assert system.components[1].mean == pytest.approx(1 + 11 / 9)
    assert system.b[5, 5] == 0
    assert abs(system.b[2:4, 2:4].sum()) < 1e-14
    rank = np.linalg.matrix_rank(system.A.tocsr().toarray())
    assert rank == system.A.unknowns - 2


def test_pockets_with_a_source_warn() -> None:
    """Once, at the line that called poisson; not when the source balances, nor when asked for."""
    system = pockets()
    with pytest.warns(FloatingWarning, match=r"on 2 of the .*largest has 4 unknowns.*project=True") as warned:
        again = poisson(system.domain, 2.0, "1 + x + y")
    assert [warning.filename for warning in warned] == [__file__]
    np.testing.assert_array_equal(again.b, system.b)
    assert poisson(system.domain, 2.0, 0.0).components == tuple(
        Component(cells, 0.0, 0.0) for cells in (4, 1)
    )


def test_pseudo_inverse_solves_pockets() -> None:
    system = pockets()
    A = system.A.tocsr().toarray()
    x = np.linalg.pinv(A) @ system.b.ravel()
    np.testing.assert_allclose(A @ x, system.b.ravel(), atol=1e-11)
    assert abs(system.A.nullspace.means(x)).max() < 1e-14


def test_lone_unknown_is_zero() -> None:
    system = poisson(Grid((1, 1), boundary={"x": INSULATED, "y": Boundary("periodic")}), project=True)
    assert system.A.tocsr().nnz == 0
    assert system.b.item() == 0
    assert system.components[0].cells == 1


@pytest.mark.parametrize("pin", ["dirichlet", "robin", "fixed", "shift", "shift array"])
def test_pinned(pin: str) -> None:
    boundary = {"x": INSULATED, "y": Boundary("periodic")}
    if pin == "dirichlet":
        boundary["x-"] = Boundary("dirichlet")
    if pin == "robin":
        boundary["x-"] = Boundary("robin", 0.0, "where(y < 0.3, 1, 0)")
    fixed = np.zeros((4, 5), bool)
    fixed[2, 3] = True
    shift = {"shift": 0.1, "shift array": np.where(fixed, 0.1, 0.0)}.get(pin, 0.0)
    system = poisson(Grid((4, 5), boundary=boundary, fixed=fixed if pin == "fixed" else None), shift=shift)
    assert system.A.nullspace is None
    assert system.components == ()


@pytest.mark.parametrize("location", ["cell", "node"])
@pytest.mark.parametrize("condition", [INSULATED, Boundary("periodic"), Boundary("robin", 5.0, 0.0)])
def test_floating_box(condition: Boundary, location: str) -> None:
    grid = Grid((4, 3), location=location, boundary=condition)
    with pytest.raises(InputError, match="--project"):
        poisson(grid, source=1.0)
    system = poisson(grid, source=1.0, project=True)
    assert system.A.nullspace.count == 1
    assert abs(system.b.sum()) < 1e-14
    assert system.components[0].defect == pytest.approx(1.0)


def test_balanced_flux_needs_no_projection() -> None:
    """2 flows in over x-, 1 out over x+, the source takes 1 away."""
    boundary = {"x-": Boundary("neumann", 2.0), "x+": Boundary("neumann", -1.0), "y": INSULATED}
    system = poisson(Grid((5, 3), boundary=boundary), source=-1.0)
    assert system.components[0].defect < 1e-15


def test_opposite_pockets_balance_in_sum_only() -> None:
    """Only the total decides about refusal; each pocket loses its own mean."""
    mask = np.array([True, True, False, True, True])
    system = poisson(Grid((5,), mask=mask, boundary=INSULATED), source=np.array([1.0, 2.0, np.nan, -1.0, -2.0]))
    assert [c.mean for c in system.components] == [1.5, -1.5]
    np.testing.assert_array_equal(system.b, [-0.5, 0.5, 0, 0.5, -0.5])


def test_every_right_hand_side_is_checked() -> None:
    grid = Grid((4,), boundary=INSULATED)
    good, bad = np.array([1.0, -1.0, 2.0, -2.0]), np.ones(4)
    np.testing.assert_array_equal(poisson(grid, source=np.stack([good, good])).b, [good, good])
    with pytest.raises(InputError, match="do not sum to zero"):
        poisson(grid, source=np.stack([good, bad]))
    system = poisson(grid, source=np.stack([good, -3 * bad]), project=True)
    np.testing.assert_array_equal(system.b, [good, 0 * bad])
    assert system.components[0].mean == -3.0
    assert system.components[0].defect == 1.0


def test_periodic_sides_join_components() -> None:
    mask = np.ones((6, 3), bool)
    mask[2] = mask[4] = False
    boundary = {"x": Boundary("periodic"), "y": INSULATED}
    system = poisson(Grid((6, 3), mask=mask, boundary=boundary), project=True)
    assert [c.cells for c in system.components] == [9, 3]


def test_dirichlet_side_behind_obstacles_pins_nothing() -> None:
    mask = np.ones((5, 4), bool)
    mask[0] = False
    grid = Grid((5, 4), mask=mask, boundary={"x+": INSULATED, "y": INSULATED})
    assert poisson(grid, project=True).components[0].cells == 16


@pytest.mark.parametrize("location", ["cell", "node"])
def test_fixed_values_are_interpolated(location: str) -> None:
    """Two fixed points on an insulated line: linear between them, constant outside."""
    fixed = np.zeros(11, bool)
    fixed[[2, 7]] = True
    grid = Grid((11,), location=location, boundary=INSULATED, fixed=fixed, fixed_value=np.arange(11.0))
    system = poisson(grid, source=0.0)
    free = np.flatnonzero(system.A.active)
    x = np.zeros(11)
    x[free] = spsolve(system.A.tocsr()[free][:, free].tocsc(), system.b[free])
    np.testing.assert_allclose(system.expand(x), np.clip(np.arange(11.0), 2, 7), rtol=1e-13)
