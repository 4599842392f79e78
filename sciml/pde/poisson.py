"""Poisson problems: -div(k grad u) + sigma u = f on a grid or a mesh becomes A u = b."""

from sciml.mesh import Grid
from sciml.pde.fields import CoefficientLike, FieldLike
from sciml.pde.grid_poisson import grid_poisson
from sciml.pde.system import GridSystem

__all__ = ["poisson"]


def poisson(
    domain: Grid,
    coefficient: CoefficientLike = 1.0,
    source: FieldLike = 1.0,
    *,
    shift: FieldLike = 0.0,
    project: bool = False,
) -> GridSystem:
    return grid_poisson(domain, coefficient, source, shift=shift, project=project)
