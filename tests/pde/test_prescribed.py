"""Which value a known node has, and how it comes back into the field."""

import numpy as np

from sciml.mesh import Boundary, Grid
from sciml.pde import poisson

SIDES = {"x-": Boundary("dirichlet", 1.0), "x+": Boundary("dirichlet", 2.0), "y-": Boundary("dirichlet", "10*x")}
SIDES["y+"] = Boundary("neumann")


def test_later_axis_owns_the_corner() -> None:
    known = poisson(Grid((3, 3), location="node", boundary=SIDES)).prescribed
    np.testing.assert_array_equal(known, [[0, 1, 1], [5, 0, 0], [10, 2, 2]])


def test_fixed_node_keeps_its_value_and_obstacles_are_zero() -> None:
    fixed, mask = np.zeros((3, 3), bool), np.ones((3, 3), bool)
    fixed[0, 1] = fixed[1, 2] = True
    mask[2, 1] = False
    grid = Grid((3, 3), location="node", boundary=SIDES, fixed=fixed, fixed_value=7.0, mask=mask)
    system = poisson(grid, source=0.0)
    np.testing.assert_array_equal(system.prescribed, [[0, 7, 1], [5, 0, 7], [10, 0, 2]])
    # The middle node touches 7 on x-, 5 on y-, the fixed 7 on y+, and an obstacle on x+; 1 / h^2 = 4.
    assert system.b.tolist() == [[4 * 7 + 4 * 5 + 4 * 7, 0]]
    np.testing.assert_array_equal(system.A.tocsr().toarray(), [[12, 0], [0, 0]])


def test_expand_returns_the_same_array_when_all_is_unknown() -> None:
    system = poisson(Grid((3, 3)))
    assert system.prescribed is None
    assert system.expand(system.b) is system.b


def test_expand_several_solutions() -> None:
    system = poisson(Grid((3, 3), location="node", boundary=SIDES), source=np.ones((2, 3, 3)))
    field = system.expand(np.arange(4.0).reshape(2, 1, 2))
    np.testing.assert_array_equal(field[0], [[0, 1, 1], [5, 0, 1], [10, 2, 2]])
    np.testing.assert_array_equal(field[1], [[0, 1, 1], [5, 2, 3], [10, 2, 2]])
