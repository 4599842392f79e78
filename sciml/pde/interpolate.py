"""Values of a solution between the vertices of its mesh."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml._arrays import real_array
from sciml._errors import InputError
from sciml.mesh import Mesh
from sciml.mesh.locate import Locator, Places
from sciml.pde.p1.flux import gradient

__all__ = ["Field"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Field:
    """A function that is linear in every simplex, given at the vertices.

    Parameters
    ----------
    mesh : Mesh
    values : ndarray, shape (n_points,) or (batch, n_points)
        For example ``system.expand(solution.x)``.
    outside : {"nan", "error"}
        What points outside the mesh get.

    Raises
    ------
    InputError
        If shapes do not fit.

    Examples
    --------
    >>> from sciml.mesh import box_mesh
    >>> mesh = box_mesh((4, 4))
    >>> field = Field(mesh, mesh.points @ [1.0, 10.0])
    >>> field([[0.3, 0.61], [2.0, 0.0]]).round(12)
    array([6.4, nan])
    >>> field.gradient([[0.3, 0.61]]).round(12)
    array([[ 1., 10.]])
    """

    mesh: Mesh
    values: ArrayLike
    outside: Literal["nan", "error"] = "nan"

    def __post_init__(self) -> None:
        values, n = np.asarray(real_array("values", self.values), dtype=np.float64), self.mesh.n_points
        if values.ndim not in (1, 2) or values.shape[-1] != n:
            raise InputError(f"values of shape {values.shape} do not match the mesh; expected ({n},) or (batch, {n})")
        if self.outside not in ("nan", "error"):
            raise InputError(f"outside is {self.outside!r}; use nan or error")
        object.__setattr__(self, "values", values)

    def __call__(self, at: ArrayLike) -> Array:
        """Values at points.

        Parameters
        ----------
        at : array_like, shape (k, d)

        Returns
        -------
        ndarray of float64, shape (k,) or (batch, k)

        Raises
        ------
        InputError
            If a point lies outside and that is an error, shapes do not fit, or the cells are surfaces in space.
        """
        places = self._find(at)
        values = np.einsum("...ka,ka->...k", np.asarray(self.values)[..., places.vertices], places.weights)
        values[..., places.cells < 0] = np.nan
        return np.asarray(values)

    def gradient(self, at: ArrayLike) -> Array:
        """Gradients at points, shape (k, d) or (batch, k, d); those of a quad or hexahedron are averaged."""
        places = self._find(at)
        slopes = self._slopes[..., places.cells, :]
        slopes[..., places.cells < 0, :] = np.nan
        return np.asarray(slopes)

    def _find(self, at: ArrayLike) -> Places:
        places = self._locator.find(at)
        missing = np.flatnonzero(places.cells < 0)
        if len(missing) and self.outside == "error":
            raise InputError(
                f"{len(missing)} points lie outside the mesh (first: {missing[0]}); leave them out, or take nan there"
            )
        return places

    @cached_property
    def _locator(self) -> Locator:
        return Locator(self.mesh)

    @cached_property
    def _slopes(self) -> Array:
        return gradient(self.mesh, self.values)
