"""Problems on meshes that cannot be used are refused in one line that says why."""

from typing import Any

import numpy as np
import pytest

from sciml._errors import InputError
from sciml.mesh import Boundary, Grid, Mesh, box_mesh
from sciml.pde import gradient, poisson

BOX = box_mesh((3, 3))
PAINTED = BOX.replace(regions={"steel": np.arange(9), "copper": np.arange(9, 18)})
CELLS, POINTS = BOX.n_cells, BOX.n_points


def spoilt(values: Any, index: int, value: float) -> np.ndarray:
    result = np.array(values, dtype=float)
    result[index] = value
    return result


@pytest.mark.parametrize(("given", "message"), [
    ({"coefficient": 0.0}, r"coefficient is not finite and positive; expected finite numbers > 0"),
    ({"coefficient": "x - 0.5"}, r"coefficient is not finite and positive in \d+ cells \(first: 0\)"),
    ({"coefficient": "1/(x - x)"}, r"coefficient '1/\(x - x\)' is not finite at 18 of 18 points"),
    ({"coefficient": "1 + z"}, r"coefficient: .*'z' is not allowed"),
    ({"coefficient": np.ones(5)}, rf"shape \(5,\).*\({CELLS},\) for its cells or \({POINTS},\) for its points"),
    ({"coefficient": spoilt(np.ones(CELLS), 7, np.nan)}, r"in 1 cells \(first: 7\)"),
    ({"coefficient": (1.0, 2.0, 3.0)}, "3 entries; expected 2, one per axis"),
    ({"coefficient": (1.0, -2.0)}, "coefficient along y is not finite and positive"),
    ({"coefficient": np.array([[1.0, 0.5], [0.4, 1.0]])}, "not a finite symmetric tensor"),
    ({"coefficient": np.array([[1.0, 2.0], [2.0, 1.0]])}, "not positive definite"),
    ({"coefficient": np.tile(-np.eye(2), (CELLS, 1, 1))}, r"not positive definite in 18 cells \(first: 0\)"),
    ({"coefficient": {"steel": 1.0}}, r"leaves 9 cells without a value \(first: 9\); name all regions"),
    ({"coefficient": {"stel": 1.0}}, "no region 'stel'; it has steel, copper; did you mean 'steel'"),
    ({"coefficient": {"steel": {"copper": 1.0}}}, "coefficient of region 'steel' is a mapping"),
    ({"coefficient": {"steel": -1.0, "copper": 1.0}}, "not finite and positive in"),
    ({"source": np.ones(5)}, r"source of shape \(5,\) does not match the mesh"),
    ({"source": np.ones((0, POINTS))}, r"source of shape \(0, 16\)"),
    ({"source": np.ones((1, 1, POINTS))}, r"source of shape \(1, 1, 16\)"),
    ({"source": spoilt(np.ones(POINTS), 3, np.inf)}, "source has 1 entries that are not finite"),
    ({"source": "log(x)"}, r"source 'log\(x\)' is not finite at 4 of 16 points"),
    ({"source": "q"}, "source: .*'q' is not allowed"),
    ({"shift": -1.0}, "shift is negative or not finite; expected numbers >= 0"),
    ({"shift": spoilt(np.ones(CELLS), 2, -1.0)}, r"shift is negative or not finite in 1 cells \(first: 2\)"),
])  # fmt: skip
def test_data(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        poisson(PAINTED, **given)


@pytest.mark.parametrize(("condition", "message"), [
    (Boundary("dirichlet", np.ones(3)), r"value on boundary 'x\+' has shape \(3,\).*\(16,\) for all points"),
    (Boundary("neumann", np.ones(5)), r"\(3,\) for its facets or \(16,\) for all points"),
    (Boundary("robin", 1.0, transfer=np.ones(4)), r"transfer on boundary 'x\+' has shape \(4,\)"),
    (Boundary("robin", 1.0, transfer="y - 0.5"), r"transfer on boundary 'x\+' goes down to -0.3"),
    (Boundary("dirichlet", "log(y)"), r"value on boundary 'x\+' 'log\(y\)' is not finite at 1 of 4 points"),
    (Boundary("neumann", "z"), r"value on boundary 'x\+': .*'z' is not allowed"),
])  # fmt: skip
def test_boundary_data(condition: Boundary, message: str) -> None:
    with pytest.raises(InputError, match=message):
        poisson(BOX.with_conditions({"x+": condition}))


@pytest.mark.parametrize(("mesh", "message"), [
    (Mesh([[0, 0, 0], [1, 0, 0], [0, 1, 0]], {"triangle": [[0, 1, 2]]}), r"surfaces \(triangle\) in space"),
    (BOX.replace(points=np.concatenate([BOX.points, [[9, 9]]])), r"1 points belong to no cell \(first: 16\).*compact"),
    (BOX.replace(cells={"triangle": BOX.cells["triangle"][:, ::-1]}), "18 inverted cells"),
    (BOX.replace(points=BOX.points * [1, 0]), "18 degenerate cells"),
    (Mesh([[1, 0], [0.2, 0.2], [0, 1], [0, 0]], {"quad": [[0, 1, 2, 3]]}), "1 inverted cell"),
    (box_mesh((1, 1)), "no unknown: every vertex lies on a dirichlet boundary"),
])  # fmt: skip
def test_meshes(mesh: Mesh, message: str) -> None:
    with pytest.raises(InputError, match=message):
        poisson(mesh)


@pytest.mark.parametrize("condition", [Boundary("neumann", 1.0), Boundary("robin", 1.0, transfer=1.0)])
def test_facets_of_no_cell(condition: Boundary) -> None:
    mesh = BOX.replace(boundaries={"line": {"line": [[0, 15], [0, 4]]}})
    with pytest.raises(InputError, match="boundary 'line' has 1 facets that belong to no cell"):
        poisson(mesh.with_conditions({"line": condition}))


def test_regions_are_for_meshes() -> None:
    with pytest.raises(InputError, match="source is a mapping of regions; a grid takes"):
        poisson(Grid((3, 3)), 1.0, {"steel": 1.0})  # type: ignore[call-overload]


def test_gradient_of_another_field() -> None:
    with pytest.raises(InputError, match=r"field of shape \(3,\) does not match the mesh; expected \(16,\)"):
        gradient(BOX, np.ones(3))
