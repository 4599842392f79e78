"""Meshes: what is accepted, what is refused, and that nothing is copied or changed."""

import copy
import pickle
from typing import Any

import numpy as np
import pytest

from sciml._errors import InputError
from sciml.mesh import Boundary, Mesh

SQUARE = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)
TRIANGLES = np.array([[0, 1, 2], [0, 2, 3]], np.int32)


def square(**parts: Any) -> Mesh:
    return Mesh(**{"points": SQUARE, "cells": {"triangle": TRIANGLES}, **parts})


def test_arrays_are_shared_and_read_only() -> None:
    values = np.arange(4.0)
    mesh = square(point_data={"u": values})
    assert np.shares_memory(mesh.points, SQUARE)
    assert np.shares_memory(mesh.cells["triangle"], TRIANGLES)
    assert np.shares_memory(mesh.point_data["u"], values)
    for array in (mesh.points, mesh.cells["triangle"], mesh.point_data["u"]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    with pytest.raises(TypeError):
        mesh.cells["quad"] = TRIANGLES  # type: ignore[index]
    assert values.flags.writeable


def test_counts() -> None:
    mesh = Mesh(np.random.default_rng(0).random((9, 3)), {"hexahedron": [[*range(8)]], "tetra": [[0, 1, 2, 8]] * 3})
    assert (mesh.ndim, mesh.dimension, mesh.n_points, mesh.n_cells) == (3, 3, 9, 4)
    assert dict(mesh.starts) == {"hexahedron": 0, "tetra": 1}


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda mesh: pickle.loads(pickle.dumps(mesh))], ids=["copy", "dump"])
def test_copies_are_equal(copied: Any) -> None:
    mesh = square(boundaries={"a": {"line": [[0, 1]]}}, regions={"r": [1]}, conditions={"a": Boundary("neumann")})
    again = copied(mesh)
    np.testing.assert_array_equal(again.points, SQUARE)
    np.testing.assert_array_equal(again.boundaries["a"]["line"], [[0, 1]])
    assert again.conditions["a"].kind == "neumann"
    assert not again.cells["triangle"].flags.writeable


def test_conditions_add_up() -> None:
    mesh = square(boundaries={"a": {"line": [[0, 1]]}, "b": {"line": [[1, 2]]}})
    both = mesh.with_conditions({"a": Boundary("neumann")}).with_conditions({"b": Boundary("robin", 1.0, 2.0)})
    assert {name: condition.kind for name, condition in both.conditions.items()} == {"a": "neumann", "b": "robin"}
    assert not mesh.conditions


def test_empty_blocks_are_dropped() -> None:
    mesh = square(cells={"triangle": TRIANGLES, "quad": np.zeros((0, 4), int)}, boundaries={"a": {"line": []}})
    assert list(mesh.cells) == ["triangle"]
    assert not mesh.boundaries["a"]


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ({"points": np.zeros((4, 1))}, r"points have shape \(4, 1\); expected \(n, 2\)"),
        ({"points": np.full((4, 2), np.nan)}, "4 points have coordinates that are not finite, the first is point 0"),
        ({"points": np.zeros((4, 2), complex)}, "complex128; expected real"),
        ({"cells": {}}, "no cells"),
        ({"cells": [("triangle", TRIANGLES)]}, "expected a mapping"),
        ({"cells": {"triangles": TRIANGLES}}, "'triangles' is not supported.*did you mean 'triangle'"),
        ({"cells": {"triangle": TRIANGLES + 2}}, r"outside 0..3 3 times, first number 4 in row 0"),
        ({"cells": {"triangle": TRIANGLES - 1}}, r"first number -1 in row 0"),
        ({"cells": {"triangle": TRIANGLES + np.int64(2**32)}}, r"first number 4294967296 in row 0"),
        ({"cells": {"triangle": TRIANGLES * 1.0}}, "float64; expected whole"),
        ({"cells": {"triangle": TRIANGLES.T}}, r"shape \(3, 2\); expected \(m, 3\)"),
        ({"cells": {"tetra": [[0, 1, 2, 3]]}}, "need points in space"),
        ({"boundaries": {"a": {"triangle": TRIANGLES}}}, "boundary 'a'.*expected a mapping of line"),
        ({"boundaries": {"a": [[0, 1]]}}, "boundary 'a'.*expected a mapping of line"),
        ({"boundaries": {"a": {"line": [[0, 4]]}}}, "boundary 'a' refer"),
        ({"regions": {"r": [2]}}, "region 'r' refer to cells outside 0..1"),
        ({"regions": {"r": [[0]]}}, r"region 'r' has shape \(1, 1\)"),
        ({"conditions": {"a": Boundary()}}, "no boundary 'a'; it has none"),
        ({"point_data": {"u": np.zeros(3)}}, r"'u' has shape \(3,\); expected a leading axis of 4"),
        ({"cell_data": {"u": 1.0}}, r"'u' has shape \(\); expected a leading axis of 2"),
    ],
)  # fmt: skip
def test_refused(parts: dict[str, Any], text: str) -> None:
    with pytest.raises(InputError, match=text):
        square(**parts)


def test_dimensions_do_not_mix() -> None:
    with pytest.raises(InputError, match="dimensions 2 and 3 are mixed"):
        Mesh(np.eye(4, 3), {"triangle": [[0, 1, 2]], "tetra": [[0, 1, 2, 3]]})


def test_unknown_boundary_names_the_nearest() -> None:
    mesh = square(boundaries={"inlet": {"line": [[0, 1]]}})
    with pytest.raises(InputError, match="no boundary 'inlte'; it has inlet; did you mean 'inlet'"):
        mesh.with_conditions({"inlte": Boundary()})
    with pytest.raises(InputError, match="cannot be periodic"):
        mesh.with_conditions({"inlet": Boundary("periodic")})
    with pytest.raises(InputError, match="expected Boundary"):
        mesh.with_conditions({"inlet": "neumann"})  # type: ignore[dict-item]
