"""Energy balance on meshes."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml.kernels.p1_product import p1_product
from sciml.pde.balance import RESOLVED, Balance
from sciml.pde.p1.parts import Parts, discretise
from sciml.pde.system import MeshSystem

__all__ = ["mesh_balance"]

Array = NDArray[np.float64]


def mesh_balance(system: MeshSystem, x: ArrayLike) -> Balance:
    """Heat in through each boundary and from the source; see `sciml.pde.boundary_balance`.

    Notes
    -----
    Through a prescribed vertex enters what its row, left out of the system, lacks: the consistent nodal
    reaction. The hat functions add up to 1, so the reactions, the boundary integrals and the source
    add up to 0 with the residuals of the solved rows.

    References
    ----------
    T. J. R. Hughes, G. Engel, L. Mazzei, M. G. Larson, "The continuous Galerkin method is locally
    conservative", Journal of Computational Physics 163, 2000.
    """
    parts = discretise(system.domain, system.data())
    u = system.expand(np.asarray(x, dtype=np.float64))
    rows = u.reshape(-1, system.domain.n_points)
    sources = np.broadcast_to(parts.source, (len(rows), system.domain.n_points))
    projected = _projected(system, parts)
    records = [_terms(parts, row, source) for row, source in zip(rows, sources, strict=True)]
    terms: dict[str, Array] = {}
    for name in records[0][0]:
        terms[name] = np.reshape([record[name].sum() for record, _ in records], u.shape[:-1])
    sizes = [sum(float(np.abs(term).sum()) for term in record.values()) for record, _ in records]
    exchange = np.reshape(
        [max(0.5 * size, RESOLVED * driven) for size, (_, driven) in zip(sizes, records, strict=True)], u.shape[:-1]
    )
    if projected is not None:
        terms["projected"] = np.broadcast_to(projected, u.shape[:-1])
    return Balance(terms, exchange)


def _terms(parts: Parts, u: Array, source: Array) -> tuple[dict[str, Array], float]:
    """What enters by each way, vertex by vertex, and what single values would drive alone."""
    conditions, space, n = parts.conditions, parts.space, len(u)
    lacking = parts.product(u) - source - parts.boundary_load()
    terms = {name: np.where(conditions.owner == number, lacking, 0.0) for number, name in enumerate(conditions.names)}
    driven = sum(contact.driven(u) for contact in conditions.contacts)
    for contact in conditions.contacts:
        terms[contact.name] = contact.load(n) - contact.product(u)
    if conditions.prescribed is not None:
        around = np.unique(space.around(np.flatnonzero(conditions.owner >= 0)))
        driven += 2 * float(np.abs(u).max() * np.abs(parts.edges[around]).sum())
    terms["source"] = source
    if parts.masses is not None:
        terms["shift"] = -p1_product(space.cells, space.incidence, u, masses=parts.masses)
    return terms, driven


def _projected(system: MeshSystem, parts: Parts) -> Array | None:
    """Sum of the means taken from the right-hand side, None when no component floats."""
    if not system.components:
        return None
    b = parts.source + parts.boundary_load()
    if parts.conditions.prescribed is not None:
        b -= parts.product(parts.conditions.prescribed)
    return np.asarray((system.b - b[..., system.index[0]]).sum(axis=-1))
