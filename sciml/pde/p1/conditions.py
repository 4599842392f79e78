"""Boundary conditions of a mesh: prescribed vertices, and contacts through facets."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.kernels._graph import Indices
from sciml.kernels.label_tuples import label_tuples
from sciml.mesh import Boundary, Mesh
from sciml.mesh.boundary import BoundaryValue
from sciml.mesh.facets import facet_owners
from sciml.pde.p1.contact import Contact, facet_measures
from sciml.pde.p1.fields import evaluate
from sciml.pde.p1.simplices import Simplices

__all__ = ["UNNAMED", "Conditions", "read_conditions"]

Array = NDArray[np.float64]
UNNAMED = "unnamed"


@dataclass(frozen=True, eq=False)
class Conditions:
    """What surrounds the unknowns.

    Parameters
    ----------
    names : tuple of str
        Boundaries that prescribe values.
    owner : ndarray of int32, shape (n,)
        Which of them prescribes the value of each vertex, -1 for unknown vertices.
    prescribed : ndarray, shape (n,), optional
        These values, 0 at unknown vertices; None when all are unknown.
    contacts : list of Contact
        Neumann and Robin boundaries.
    """

    names: tuple[str, ...]
    owner: Indices
    prescribed: Array | None
    contacts: list[Contact]

    @property
    def unknown(self) -> NDArray[np.bool_] | None:
        """Vertices without a prescribed value; None for all."""
        return None if self.prescribed is None else self.owner < 0


def read_conditions(space: Simplices) -> Conditions:
    """Evaluate the conditions of the mesh; facets without one are dirichlet 0.

    Where boundaries meet, a vertex of a Dirichlet facet has the prescribed value; of several such values
    a condition goes before a facet without one, and a later condition before an earlier one.

    Raises
    ------
    InputError
        If values do not fit or are not finite, facets are none, or nothing is unknown.
    """
    mesh = space.mesh
    kind = "line" if mesh.ndim == 2 else "triangle"
    rows = {name: facets.get(kind, np.empty((0, mesh.ndim), np.int32)) for name, facets in mesh.boundaries.items()}
    names: list[str] = []
    owner, values = np.full(mesh.n_points, -1, dtype=np.int32), np.zeros(mesh.n_points)
    for name, facets in _without_condition(mesh, kind, rows):
        owner[facets] = len(names)
        names.append(name)
    contacts = []
    for name, condition in mesh.conditions.items():
        if condition.kind == "dirichlet":
            vertices = np.unique(rows[name])
            owner[vertices] = len(names)
            values[vertices] = _vertex_values(mesh, name, condition.value, vertices)
            names.append(name)
        else:
            contacts.append(_contact(mesh, name, condition, rows[name]))
    if np.all(owner >= 0):
        raise InputError("the problem has no unknown: every vertex lies on a dirichlet boundary; refine the mesh")
    return Conditions(tuple(names), owner, values if np.any(owner >= 0) else None, contacts)


def _without_condition(mesh: Mesh, kind: str, rows: dict[str, Indices]) -> Iterator[tuple[str, Indices]]:
    """Facets of one cell that no condition covers, by the name they have."""
    outer = mesh.boundary_facets().facets[kind]
    labels, count = label_tuples(np.concatenate([outer, *rows.values()]), mesh.n_points)
    ends = np.cumsum([len(outer), *map(len, rows.values())])
    own, *named = np.split(labels, ends[:-1])
    parts = dict(zip(rows, named, strict=True))
    is_outer, state = np.zeros(count, dtype=np.bool_), np.full(count, len(parts))
    is_outer[own] = True
    for number, (name, part) in enumerate(parts.items()):
        if name not in mesh.conditions:
            state[part] = number
    for name in mesh.conditions:
        state[parts[name]] = -1
        inner = rows[name][~is_outer[parts[name]]]
        foreign = np.count_nonzero(facet_owners(mesh, kind, inner) < 0) if len(inner) else 0
        if foreign:
            raise InputError(f"boundary '{name}' has {foreign} facets that belong to no cell; see Mesh.check")
    for number, name in enumerate([*parts, UNNAMED]):
        free = state[own] == number
        if free.any():
            yield name, outer[free]


def _contact(mesh: Mesh, name: str, condition: Boundary, facets: Indices) -> Contact:
    d = mesh.ndim
    weights = facet_measures(mesh.points, facets) / (d * (d + 1))
    value = _corner_values(mesh, name, condition.value, facets)
    if condition.kind == "neumann":
        return Contact(name, facets, weights, np.zeros(len(facets)), value)
    assert condition.transfer is not None  # Boundary sees to that
    transfer = _facet_values(mesh, name, condition.transfer, facets)
    if len(transfer) and transfer.min() < 0:
        raise InputError(f"transfer on boundary '{name}' goes down to {transfer.min()}; expected numbers >= 0")
    return Contact(name, facets, weights, transfer, transfer[:, None] * value)


def _vertex_values(mesh: Mesh, name: str, given: BoundaryValue, vertices: Indices) -> Array:
    if isinstance(given, str):
        return evaluate(given, mesh.points[vertices], f"value on boundary '{name}'")
    values = np.asarray(given, dtype=np.float64)
    if values.ndim == 0:
        return np.full(len(vertices), values)
    if values.shape != (mesh.n_points,):
        raise _misfit("value", name, values, f"({mesh.n_points},) for all points")
    return values[vertices]


def _corner_values(mesh: Mesh, name: str, given: BoundaryValue, facets: Indices) -> Array:
    """At the vertices of each facet (k, d)."""
    if isinstance(given, str):
        return evaluate(given, mesh.points[facets], f"value on boundary '{name}'")
    values = np.asarray(given, dtype=np.float64)
    if values.shape in ((), (len(facets),)):
        return np.array(np.broadcast_to(values[..., None], facets.shape))
    if values.shape != (mesh.n_points,):
        raise _misfit("value", name, values, f"({len(facets)},) for its facets or ({mesh.n_points},) for all points")
    return values[facets]


def _facet_values(mesh: Mesh, name: str, given: BoundaryValue, facets: Indices) -> Array:
    """One value a facet (k,): expressions at its centre, values of points averaged."""
    if isinstance(given, str):
        return evaluate(given, mesh.points[facets].mean(axis=1), f"transfer on boundary '{name}'")
    values = np.asarray(given, dtype=np.float64)
    if values.shape in ((), (len(facets),)):
        return np.array(np.broadcast_to(values, len(facets)))
    if values.shape != (mesh.n_points,):
        raise _misfit("transfer", name, values, f"({len(facets)},) for its facets or ({mesh.n_points},) for all points")
    return np.asarray(values[facets].mean(axis=1))


def _misfit(what: str, name: str, values: Array, expected: str) -> InputError:
    return InputError(f"{what} on boundary '{name}' has shape {values.shape}; expected a number or {expected}")
