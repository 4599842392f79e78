"""Unstructured meshes of triangles, quads, tetrahedra and hexahedra."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sciml._arrays import real_array
from sciml._errors import InputError
from sciml._nearest import nearest
from sciml.mesh.boundary import Boundary
from sciml.mesh.cell_types import CELL_TYPES, FACET_TYPES

if TYPE_CHECKING:
    from sciml.mesh.facets import BoundaryFacets
    from sciml.mesh.graph import Graph

__all__ = ["Facets", "Mesh"]

Facets: TypeAlias = Mapping[str, NDArray[np.int32]]
MAX_POINTS = 2**31 - 1  # vertex numbers are int32


@dataclass(frozen=True, eq=False, repr=False)
class Mesh:
    """Points, cells of one dimension, named boundaries and regions; immutable.

    Arrays of the right dtype and layout are shared with the caller, not copied; the views kept here
    are read-only. Methods that modify return a new mesh that shares what did not change.

    Parameters
    ----------
    points : ndarray of float64, shape (n_points, ndim)
        Coordinates in the plane or in space.
    cells : mapping of str to ndarray of int32
        ``triangle`` (m, 3), ``quad`` (m, 4), ``tetra`` (m, 4), ``hexahedron`` (m, 8), vertices in VTK's
        order; either triangles and quads, or tetrahedra and hexahedra.
    boundaries : mapping of str to Facets
        Named sets of facets, each a mapping of ``line`` (k, 2), ``triangle`` (k, 3) or ``quad`` (k, 4)
        to vertex numbers; on the outside or between regions.
    regions : mapping of str to ndarray of int64
        Named sets of cells, numbered through the blocks of `cells` in their order.
    conditions : mapping of str to Boundary
        Conditions on named boundaries; facets without one are ``dirichlet`` 0.
    point_data, cell_data : mapping of str to ndarray
        Values with a leading axis over points or cells.

    Raises
    ------
    InputError
        If shapes, dtypes, numbers or names do not fit. Shapes of cells are judged by `check` only.

    Examples
    --------
    >>> mesh = Mesh([[0, 0], [1, 0], [1, 1], [0, 1]], {"triangle": [[0, 1, 2], [0, 2, 3]]},
    ...             boundaries={"left": {"line": [[3, 0]]}})
    >>> mesh
    <Mesh 4 points in 2-D; 2 triangle; boundaries left>
    >>> mesh.n_points, mesh.n_cells, mesh.dimension
    (4, 2, 2)
    >>> mesh.with_conditions({"left": Boundary("neumann", 1.0)}).conditions["left"].kind
    'neumann'
    """

    points: NDArray[np.float64]
    cells: Mapping[str, NDArray[np.int32]]
    boundaries: Mapping[str, Facets] = field(default_factory=dict)
    regions: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    conditions: Mapping[str, Boundary] = field(default_factory=dict)
    point_data: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    cell_data: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._set("points", _points(self.points))
        self._set("cells", _cells(self.cells, self.points))
        self._set("boundaries", _boundaries(self.boundaries, self.n_points, self.dimension))
        self._set("regions", {name: _region(name, cells, self.n_cells) for name, cells in self.regions.items()})
        self._set("conditions", _conditions(self.conditions, self.boundaries))
        self._set("point_data", _data("point data", self.point_data, self.n_points))
        self._set("cell_data", _data("cell data", self.cell_data, self.n_cells))

    def __repr__(self) -> str:
        cells = ", ".join(f"{len(block)} {kind}" for kind, block in self.cells.items())
        named = {"boundaries": self.boundaries, "regions": self.regions}
        names = [f"{what} {', '.join(members)}" for what, members in named.items() if members]
        return f"<Mesh {'; '.join([f'{self.n_points} points in {self.ndim}-D', cells, *names])}>"

    def __reduce__(self) -> tuple[Any, ...]:
        # The read-only mappings cannot be pickled or copied as they are.
        values = [getattr(self, part.name) for part in dataclasses.fields(self)]
        boundaries = {name: dict(facets) for name, facets in self.boundaries.items()}
        return type(self), tuple(
            boundaries if value is self.boundaries else dict(value) if isinstance(value, Mapping) else value
            for value in values
        )

    @property
    def ndim(self) -> int:
        """Dimension of the space: 2 or 3."""
        return int(self.points.shape[1])

    @property
    def dimension(self) -> int:
        """Dimension of the cells: 2 or 3; a surface in space has `ndim` 3 and dimension 2."""
        return CELL_TYPES[next(iter(self.cells))].dimension

    @property
    def n_points(self) -> int:
        """Number of vertices."""
        return len(self.points)

    @property
    def n_cells(self) -> int:
        """Number of cells of all types."""
        return sum(map(len, self.cells.values()))

    @cached_property
    def starts(self) -> Mapping[str, int]:
        """Number of the first cell of each type.

        Examples
        --------
        >>> mesh = Mesh(np.zeros((5, 2)), {"triangle": [[0, 1, 2]], "quad": [[0, 1, 3, 4]]})
        >>> dict(mesh.starts)
        {'triangle': 0, 'quad': 1}
        """
        firsts = accumulate(map(len, self.cells.values()), initial=0)
        return MappingProxyType(dict(zip(self.cells, firsts, strict=False)))

    def replace(self, **changes: Any) -> "Mesh":
        """A copy with some parts changed, the other arrays shared.

        Examples
        --------
        >>> mesh = Mesh([[0, 0], [1, 0], [0, 1]], {"triangle": [[0, 1, 2]]})
        >>> mesh.replace(points=2 * mesh.points).cells["triangle"] is mesh.cells["triangle"]
        True
        """
        return dataclasses.replace(self, **changes)

    def with_conditions(self, conditions: Mapping[str, Boundary]) -> "Mesh":
        """A copy with conditions on named boundaries; those set before on other names stay.

        Raises
        ------
        InputError
            If no boundary has that name; the nearest one is named.
        """
        return self.replace(conditions={**self.conditions, **conditions})

    def boundary_facets(self) -> "BoundaryFacets":
        """Facets that belong to one cell only, outward, with that cell; found once and kept.

        Examples
        --------
        >>> mesh = Mesh([[0, 0], [1, 0], [0, 1]], {"triangle": [[0, 1, 2]]})
        >>> mesh.boundary_facets().facets["line"].tolist()
        [[0, 1], [1, 2], [2, 0]]
        """
        return self._boundary_facets

    @cached_property
    def _boundary_facets(self) -> "BoundaryFacets":
        from sciml.mesh.facets import boundary_facets

        return boundary_facets(self)

    def volumes(self) -> NDArray[np.float64]:
        """Area or volume of every cell, negative for inverted ones; see `sciml.mesh.measures.volumes`."""
        from sciml.mesh.measures import volumes

        return volumes(self)

    def quality(self) -> NDArray[np.float64]:
        """Shape of every cell, 1 being the best; see `sciml.mesh.measures.qualities`."""
        from sciml.mesh.measures import qualities

        return qualities(self)

    def check(self) -> None:
        """Refuse inverted, degenerate or duplicate cells, orphan points and foreign facets.

        Raises
        ------
        InputError
            With the number of each and the first one.
        """
        from sciml.mesh.mesh_checks import check

        check(self)

    def oriented(self) -> "Mesh":
        """A copy with cells of negative volume listed the other way round."""
        from sciml.mesh.mend import oriented

        return oriented(self)

    def compact(self) -> "Mesh":
        """A copy without points that no cell uses."""
        from sciml.mesh.mend import compact

        return compact(self)

    def simplices(self) -> "Mesh":
        """A copy of triangles or tetrahedra only; see `sciml.mesh.split.simplices`."""
        from sciml.mesh.split import simplices

        return simplices(self)

    def refine(self, times: int = 1) -> "Mesh":
        """A copy with every edge halved `times` times; see `sciml.mesh.refine.refine`."""
        from sciml.mesh.refine import refine

        return refine(self, times)

    def to_graph(self) -> "Graph":
        """Vertices as nodes, edges of cells as edges; see `Graph.from_mesh`.

        Examples
        --------
        >>> Mesh([[0, 0], [1, 0], [0, 1]], {"triangle": [[0, 1, 2]]}).to_graph()
        <Graph 3 nodes, 6 edges in 2-D>
        """
        from sciml.mesh.graph_of import graph_of_mesh

        return graph_of_mesh(self)

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, MappingProxyType(value) if isinstance(value, dict) else value)


def _frozen(values: NDArray[Any]) -> NDArray[Any]:
    """A read-only view; of a read-only array the array itself."""
    if values.flags.writeable:
        values = values.view()
        values.flags.writeable = False
    return values


def _points(given: Any) -> NDArray[np.float64]:
    points = np.ascontiguousarray(real_array("points", given), dtype=np.float64)
    if points.ndim != 2 or points.shape[1] not in (2, 3):
        raise InputError(f"points have shape {points.shape}; expected (n, 2) or (n, 3)")
    if len(points) > MAX_POINTS:
        raise InputError(f"the mesh has {len(points)} points; at most {MAX_POINTS} can be numbered")
    finite = np.isfinite(points)
    if not finite.all():
        bad = np.flatnonzero(~finite.all(axis=1))
        raise InputError(f"{bad.size} points have coordinates that are not finite, the first is point {bad[0]}")
    return _frozen(points)


def _cells(given: Any, points: NDArray[np.float64]) -> dict[str, NDArray[np.int32]]:
    if not isinstance(given, Mapping):
        raise InputError(f"cells are a {type(given).__name__}; expected a mapping such as {{'triangle': array}}")
    cells = {}
    for kind, vertices in given.items():
        if kind not in CELL_TYPES:
            raise InputError(
                f"cell type '{kind}' is not supported; use {', '.join(CELL_TYPES)}{nearest(str(kind), CELL_TYPES)}"
            )
        block = _vertices(f"{kind} cells", vertices, CELL_TYPES[kind].n_vertices, len(points))
        if len(block):
            cells[kind] = block
    if not cells:
        raise InputError("the mesh has no cells; expected triangles, quads, tetrahedra or hexahedra")
    dimensions = {CELL_TYPES[kind].dimension for kind in cells}
    if len(dimensions) > 1:
        raise InputError(
            f"cells of dimensions 2 and 3 are mixed ({', '.join(cells)}); give the surface cells as boundaries"
        )
    if max(dimensions) > points.shape[1]:
        raise InputError(f"{next(iter(cells))} cells need points in space; they have {points.shape[1]} coordinates")
    return cells


def _boundaries(given: Mapping[str, Facets], n_points: int, dimension: int) -> dict[str, Facets]:
    allowed = ("line",) if dimension == 2 else ("triangle", "quad")
    result: dict[str, Facets] = {}
    for name, facets in given.items():
        what = f"boundary '{name}'"
        if not isinstance(facets, Mapping) or not facets.keys() <= {*allowed}:
            kinds = list(facets) if isinstance(facets, Mapping) else type(facets).__name__
            raise InputError(f"{what} is given as {kinds}; expected a mapping of {' or '.join(allowed)} to vertices")
        blocks = {kind: _vertices(f"{what}", array, FACET_TYPES[kind], n_points) for kind, array in facets.items()}
        result[name] = MappingProxyType({kind: block for kind, block in blocks.items() if len(block)})
    return result


def _region(name: str, given: Any, n_cells: int) -> NDArray[np.int64]:
    cells = _whole(f"region '{name}'", given)
    if cells.ndim != 1:
        raise InputError(f"region '{name}' has shape {cells.shape}; expected (k,) cell numbers")
    numbers: NDArray[np.int64] = _numbers(f"region '{name}'", cells, n_cells, "cells", np.int64)
    return numbers


def _conditions(given: Mapping[str, Boundary], boundaries: Mapping[str, Facets]) -> dict[str, Boundary]:
    for name, condition in given.items():
        if name not in boundaries:
            known = ", ".join(boundaries) or "none"
            raise InputError(f"the mesh has no boundary '{name}'; it has {known}{nearest(name, boundaries)}")
        if not isinstance(condition, Boundary):
            raise InputError(f"the condition on '{name}' is {condition!r}; expected Boundary('neumann', 1.0)")
        if condition.kind == "periodic":
            raise InputError(f"boundary '{name}' cannot be periodic on a mesh; use dirichlet, neumann or robin")
    return dict(given)


def _data(what: str, given: Mapping[str, Any], count: int) -> dict[str, NDArray[Any]]:
    result = {}
    for name, values in given.items():
        array = real_array(f"{what} '{name}'", values)
        if array.ndim == 0 or len(array) != count:
            raise InputError(f"{what} '{name}' has shape {array.shape}; expected a leading axis of {count}")
        result[name] = _frozen(array)
    return result


def _vertices(what: str, given: Any, width: int, n_points: int) -> NDArray[np.int32]:
    vertices = _whole(what, given)
    if vertices.size == 0:
        vertices = vertices.reshape(0, width)
    if vertices.ndim != 2 or vertices.shape[1] != width:
        raise InputError(f"{what} have shape {vertices.shape}; expected (m, {width})")
    return _numbers(what, vertices, n_points, "points", np.int32)


def _whole(what: str, given: Any) -> NDArray[Any]:
    values = real_array(what, given)
    if values.size and values.dtype.kind not in "iu":
        raise InputError(f"{what} have dtype {values.dtype}; expected whole numbers")
    return values


def _numbers(what: str, given: NDArray[Any], count: int, of: str, dtype: type[Any]) -> NDArray[Any]:
    """Numbers below `count`, checked before the cast, which would wrap them around."""
    if given.size and not (given.min() >= 0 and given.max() < count):
        bad = np.argwhere((given < 0) | (given >= count))
        raise InputError(
            f"{what} refer to {of} outside 0..{count - 1} {len(bad)} times, "
            f"first number {given[tuple(bad[0])]} in row {bad[0][0]}"
        )
    return _frozen(np.ascontiguousarray(given, dtype=dtype))
