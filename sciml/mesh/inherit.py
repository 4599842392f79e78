"""What the parts of cells and facets take over from the whole: regions, data, values of conditions."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml.mesh.boundary import Boundary
from sciml.mesh.mesh import Facets, Mesh

__all__ = ["inherited"]


def inherited(
    mesh: Mesh, cells: Mapping[str, int], facets: Mapping[str, int], boundaries: Mapping[str, Facets]
) -> dict[str, Any]:
    """Arguments of the mesh whose cells and facets are parts of the old ones, in the old order.

    Parameters
    ----------
    mesh : Mesh
        The old mesh.
    cells, facets : mapping of str to int
        Parts of a cell or facet of each type.
    boundaries : mapping of str to Facets
        The parts of the named facets.
    """
    parts = np.repeat([cells[kind] for kind in mesh.cells], [len(block) for block in mesh.cells.values()])
    return {
        "boundaries": boundaries,
        "regions": {name: _children(region, parts) for name, region in mesh.regions.items()},
        "conditions": {
            name: _repeated(condition, mesh.boundaries[name], facets) for name, condition in mesh.conditions.items()
        },
        "cell_data": {name: np.repeat(values, parts, axis=0) for name, values in mesh.cell_data.items()},
    }


def _children(region: NDArray[np.int64], parts: NDArray[np.int64]) -> NDArray[np.int64]:
    first = np.cumsum(parts) - parts
    counts = parts[region]
    before: NDArray[np.int64] = np.cumsum(counts) - counts
    return np.repeat(first[region] - before, counts) + np.arange(counts.sum())


def _repeated(condition: Boundary, facets: Facets, parts: Mapping[str, int]) -> Boundary:
    """The condition on the parts: values given facet by facet count for every part."""
    counts = np.repeat([parts[kind] for kind in facets], [len(rows) for rows in facets.values()])

    def repeated(given: Any) -> Any:
        return np.repeat(given, counts) if np.shape(given) == counts.shape else given

    return replace(condition, value=repeated(condition.value), transfer=repeated(condition.transfer))
