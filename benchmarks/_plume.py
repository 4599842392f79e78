"""A plume of smoke that rises around moving obstacles: a source of pressure systems, one a step.

A box of edge 1 with walls, open at the top. Velocities lie on the faces of the cells (a staggered grid). A step carries
smoke and velocity along (semi-Lagrangian: what arrives in a cell is what was where the flow came from, interpolated
linearly), adds buoyancy, takes the velocity of walls and bodies on their faces, and removes the divergence: with

    -div(grad p) = -div(velocity),    dp/dn = 0 at walls and bodies,    p = 0 at the top

velocity - grad p has none. R. Bridson, "Fluid Simulation for Computer Graphics", 2015, describes such solvers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi, sin

import numpy as np
from numpy.typing import NDArray

from sciml.mesh import Boundary, Grid
from sciml.pde import GridSystem, flux, poisson

__all__ = ["Plume"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

BUOYANCY = 3.0


@dataclass(frozen=True)
class Body:
    """A solid that moves: where it is, and with which velocity, at given points and time."""

    inside: Callable[[list[Array], float], Mask]
    velocity: Callable[[list[Array], float], tuple[Array | float, ...]]


def ball() -> Body:
    """Swings along x below the middle."""
    def inside(places: list[Array], t: float) -> Mask:
        x, y, z = places
        return np.asarray((x - 0.5 - 0.18 * sin(pi * t)) ** 2 + (y - 0.5) ** 2 + (z - 0.4) ** 2 < 0.11**2)

    return Body(inside, lambda places, t: (0.18 * pi * cos(pi * t), 0.0, 0.0))


def paddle() -> Body:
    """A flat box that turns about an axis along y, in the upper half."""
    rate = 1.5

    def inside(places: list[Array], t: float) -> Mask:
        x, y, z = places
        along = cos(rate * t) * (x - 0.5) + sin(rate * t) * (z - 0.7)
        across = cos(rate * t) * (z - 0.7) - sin(rate * t) * (x - 0.5)
        return np.asarray((abs(along) < 0.2) & (abs(across) < 0.035) & (abs(y - 0.5) < 0.25))

    return Body(inside, lambda places, t: (-rate * (places[2] - 0.7), 0.0, rate * (places[0] - 0.5)))


class Plume:
    """State of the flow between two steps.

    Parameters
    ----------
    n : int
        Cells an axis.
    dt : float
        Length of a step.
    bodies : bool
        Whether anything stands in the way.
    seed : int
        Of the first velocities, which are small noise.
    """

    def __init__(self, n: int, dt: float = 0.02, *, bodies: bool = True, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self.n, self.dt, self.time = n, dt, 0.0
        self.bodies = [ball(), paddle()] if bodies else []
        self.smoke = np.zeros((n,) * 3)
        self.velocity = [0.02 * rng.standard_normal(self._faces(axis)) for axis in range(3)]
        self.solid = np.zeros((n,) * 3, bool)

    def begin(self) -> GridSystem:
        """Everything of a step up to the system of its pressure."""
        self.time += self.dt
        self._carry()
        x, y, z = self._places(None)
        inlet = ((x - 0.5) ** 2 + (y - 0.5) ** 2 < 0.12**2) & (z > 0.04) & (z < 0.12)
        self.smoke[np.broadcast_to(inlet, self.smoke.shape)] = 1.0
        self.velocity[2][:, :, 1:-1] += self.dt * BUOYANCY * (self.smoke[:, :, 1:] + self.smoke[:, :, :-1]) / 2
        self._hold()
        walls = dict.fromkeys(("x", "y", "z-"), Boundary("neumann"))
        grid = Grid((self.n,) * 3, mask=~self.solid if self.bodies else None, boundary=walls)
        self.system = poisson(grid, source=-self.divergence(), project=True)
        return self.system

    def finish(self, pressure: Array) -> None:
        """The rest of the step: velocity - grad p."""
        for v, q in zip(self.velocity, flux(self.system, pressure), strict=True):
            v += q

    def divergence(self) -> Array:
        """Outflow of every cell of fluid divided by its volume."""
        total = np.zeros((self.n,) * 3)
        for axis, v in enumerate(self.velocity):
            total += np.diff(v, axis=axis) * self.n
        total[self.solid] = 0.0
        return total

    def picture(self) -> NDArray[np.int64]:
        """Smoke in the middle of y, 0 to 100, and -1 in solids; the first row is the top."""
        middle = self.n // 2
        seen = np.where(self.solid, -1, np.rint(100 * self.smoke))[:, middle].astype(np.int64)
        return seen.T[::-1]

    def _faces(self, axis: int) -> tuple[int, ...]:
        return tuple(self.n + (a == axis) for a in range(3))

    def _places(self, axis: int | None) -> list[Array]:
        """Coordinates of cells, or of the faces across an axis, as open arrays."""
        return list(np.ix_(*((np.arange(self.n + (a == axis)) + (0.0 if a == axis else 0.5)) / self.n
                             for a in range(3))))

    def _carry(self) -> None:
        """Smoke and velocity along the velocity."""
        centres = [
            (v.take(range(self.n), axis) + v.take(range(1, self.n + 1), axis)) / 2
            for axis, v in enumerate(self.velocity)
        ]
        moved = []
        for axis, v in enumerate(self.velocity):
            there = [v if a == axis else _between(centre, axis) for a, centre in enumerate(centres)]
            moved.append(self._from_where_it_came(v, there))
        self.smoke = self._from_where_it_came(self.smoke, centres)
        self.velocity = moved

    def _from_where_it_came(self, field: Array, velocity: list[Array]) -> Array:
        from scipy.ndimage import map_coordinates

        places = np.indices(field.shape, np.float64)
        for place, v in zip(places, velocity, strict=True):
            place -= self.dt * self.n * v
        return np.asarray(map_coordinates(field, places, order=1, mode="nearest"))

    def _hold(self) -> None:
        """Bodies where they are now, their velocity on their faces, and nothing through walls."""
        self.solid[:] = False
        for body in self.bodies:
            inside = body.inside(self._places(None), self.time)
            self.solid |= inside
            for axis, v in enumerate(self.velocity):
                touched = _any_side(inside, axis)
                given = body.velocity(self._places(axis), self.time)[axis]
                v[touched] = np.broadcast_to(given, v.shape)[touched]
        self.smoke[self.solid] = 0.0
        for axis, v in enumerate(self.velocity):
            np.moveaxis(v, axis, 0)[0 if axis == 2 else [0, -1]] = 0.0


def _between(centre: Array, axis: int) -> Array:
    """Means of neighbours along an axis, on its faces."""
    wide = np.pad(centre, [(1, 1) if a == axis else (0, 0) for a in range(3)], mode="edge")
    n = wide.shape[axis]
    return np.asarray((wide.take(range(n - 1), axis) + wide.take(range(1, n), axis)) / 2)


def _any_side(inside: Mask, axis: int) -> Mask:
    """Faces across an axis with such a cell on either side."""
    wide = np.pad(inside, [(1, 1) if a == axis else (0, 0) for a in range(3)])
    n = wide.shape[axis]
    return np.asarray(wide.take(range(n - 1), axis) | wide.take(range(1, n), axis))
