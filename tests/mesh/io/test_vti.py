"""VTK opens what we write and sees every value at the right place."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sciml._errors import InputError
from sciml.mesh import Boundary, Grid
from sciml.mesh.io import write_fields, write_vti

GRIDS = [
    Grid((4, 3, 5), (2.0, 3.0, 1.0)),
    Grid((4, 3, 5), (2.0, 3.0, 1.0), "node"),
    Grid((4, 3), (2.0, 3.0)),
    Grid((4, 3), (2.0, 3.0), "node"),
    Grid((6,), (3.0,)),
    Grid((6,), (3.0,), "node"),
    Grid((4, 3), (2.0, 3.0), "node", {"x": Boundary("periodic")}),
]


def opened(path: Path) -> Any:
    """The image as VTK reads it."""
    pytest.importorskip("vtkmodules.vtkIOXML")
    from vtkmodules.vtkIOXML import vtkXMLImageDataReader

    reader = vtkXMLImageDataReader()
    reader.SetFileName(str(path))
    reader.Update()
    assert reader.GetErrorCode() == 0
    return reader.GetOutput()


def asymmetric(grid: Grid) -> np.ndarray:
    """A field that no exchange or reversal of axes leaves unchanged."""
    weights = dict(zip("xyz", (1.0, 10.0, 100.0), strict=True))
    return np.broadcast_to(sum(weights[a] * c for a, c in grid.coordinates().items()), grid.shape).copy()  # type: ignore[call-overload]


@pytest.mark.parametrize("grid", GRIDS, ids=lambda g: f"{g.location}{g.shape}")
def test_values_sit_at_their_coordinates(tmp_path: Path, grid: Grid) -> None:
    u = asymmetric(grid)
    vector = np.stack([(a + 1) * u for a in range(grid.ndim)])
    write_vti(tmp_path / "u.vti", grid, {"u": u, "flux": vector})
    image = opened(tmp_path / "u.vti")
    cells = grid.location == "cell"
    data = image.GetCellData() if cells else image.GetPointData()
    scalars, vectors = data.GetArray("u"), data.GetArray("flux")
    assert scalars.GetNumberOfTuples() == grid.size
    assert vectors.GetNumberOfComponents() == 3
    for index in range(grid.size):
        if cells:
            low, high = np.empty(3), np.empty(3)
            bounds = image.GetCell(index).GetBounds()
            low[:], high[:] = bounds[0::2], bounds[1::2]
            at = (low + high) / 2
        else:
            at = np.array(image.GetPoint(index))
        expected = float(at[: grid.ndim] @ np.array([1.0, 10.0, 100.0])[: grid.ndim])
        assert scalars.GetValue(index) == pytest.approx(expected, rel=1e-12)
        components = [(a + 1) * expected for a in range(grid.ndim)] + [0.0] * (3 - grid.ndim)
        assert vectors.GetTuple(index) == pytest.approx(components, rel=1e-12)


def test_other_types(tmp_path: Path) -> None:
    grid = Grid((3, 2))
    kinds = {"f4": np.float32, "u1": np.uint8, "i4": np.int32, "i8": np.int64, "big": np.dtype(">f8")}
    write_vti(tmp_path / "u.vti", grid, {name: np.arange(6).reshape(3, 2).astype(kind) for name, kind in kinds.items()})
    data = opened(tmp_path / "u.vti").GetCellData()
    for name in kinds:
        assert [data.GetArray(name).GetValue(k) for k in range(6)] == [0, 2, 4, 1, 3, 5]


def test_a_batch_becomes_several_arrays(tmp_path: Path) -> None:
    grid = Grid((3, 2))
    u = np.arange(12.0).reshape(2, 3, 2)
    write_fields(tmp_path / "u.vti", grid, {"u": u, "flux": np.stack([u, u], axis=1)})
    data = opened(tmp_path / "u.vti").GetCellData()
    assert data.GetArray("u_1").GetValue(0) == 6.0
    assert data.GetArray("flux_1").GetTuple(1) == (8.0, 8.0, 0.0)


@pytest.mark.parametrize(("values", "says"), [
    (np.zeros((2, 3)), "does not fit"),
    (np.zeros((3, 2), np.complex128), "cannot be stored"),
])  # fmt: skip
def test_what_does_not_fit(tmp_path: Path, values: np.ndarray, says: str) -> None:
    with pytest.raises(InputError, match=says):
        write_vti(tmp_path / "u.vti", Grid((3, 2)), {"u": values})
    assert not (tmp_path / "u.vti").exists()
