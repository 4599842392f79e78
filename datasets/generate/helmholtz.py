"""Waves in a box: -Laplace u - (frequency / c)^2 u = 0 with sound-hard walls and a source on one of them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.datasets.generate.recipe import Sample
from sciml.mesh import Boundary, Grid

if TYPE_CHECKING:
    from scipy.sparse import csc_array

__all__ = ["Helmholtz", "helmholtz_matrices", "helmholtz_source"]

Array = NDArray[np.float64]

MEAN_SPEED = 20.0
N_MODES = 100
# The source: du/dn = 1 on the side y+ within this distance of its middle.
HALF_WIDTH = 0.15
# Fewer nodes a wave than this do not resolve it.
LEAST_NODES = 6.0
# Media drawn for a sample before it is given up.
TRIES = 100


@dataclass(frozen=True)
class Helmholtz:
    """Parameters of the generator ``helmholtz``: from the ``speed`` c to the ``solution`` u at n + 1 nodes an axis.

    Parameters
    ----------
    frequency : float
        Angular frequency; speeds are 20 + tanh(g) with a smooth Gaussian field g.
    least_gap : float
        Media with an eigenfrequency closer than this (relative, of squares) are drawn anew: there u is all resonance,
        and rounding decides about it. 0 keeps all.

    Notes
    -----
    g sums theta_l (pi^2 |l|^2 + 9)^-1 phi_l over the first 100 cosines phi_l of norm 1, theta standard normal. Bilinear
    elements on n x n squares; speeds are bilinear between nodes, integrals by 3 x 3 Gauss points. du/dn = 0 on the
    walls but for 1 on |x - 0.5| <= 0.15 of the side y+. Solved directly.

    References
    ----------
    J. He, X. Liu and J. Xu, "MgNO: Efficient Parameterization of Linear Operators via Multigrid", ICLR 2024.

    Examples
    --------
    >>> from sciml.datasets.generate.recipe import rng_of
    >>> sample = Helmholtz(frequency=200.0).sample(16, rng_of(0, 0))
    >>> sample.outputs["solution"].shape, sample.residual < 1e-10
    ((17, 17), True)
    """

    frequency: float = 1000.0
    least_gap: float = 1e-5

    def __post_init__(self) -> None:
        if not 0 < self.frequency < np.inf:
            raise InputError(f"helmholtz frequency is {self.frequency}; expected a number > 0")
        if not 0 <= self.least_gap < 1e-2:
            raise InputError(f"helmholtz least_gap is {self.least_gap}; expected a number from 0 to 0.01")

    def grid(self, resolution: int) -> Grid:
        """Corners of n x n squares, walls with the source on y+."""
        walls = {side: Boundary("neumann") for side in ("x-", "x+", "y-")}
        source = Boundary("neumann", f"where(abs(x - 0.5) <= {HALF_WIDTH}, 1, 0)")
        return Grid((resolution + 1,) * 2, location="node", boundary=walls | {"y+": source})

    def equation(self) -> dict[str, Any]:
        """The Helmholtz equation, its frequency and the names of the fields."""
        return {
            "kind": "helmholtz", "frequency": self.frequency, "speed": "speed", "solution": "solution",
            "scheme": "bilinear", "refine": 1,
        }

    def sample(self, resolution: int, rng: np.random.Generator) -> Sample:
        """A medium without resonance and its wave."""
        from scipy.sparse.linalg import splu

        least = LEAST_NODES * self.frequency / (2 * np.pi * (MEAN_SPEED - 1))
        if resolution < least:
            raise InputError(
                f"resolution {resolution} does not resolve waves of frequency {self.frequency}; expected at least "
                f"{int(least) + 1}, or --set frequency={resolution / least * self.frequency:.0f} or less"
            )
        b = helmholtz_source(resolution)
        for _ in range(TRIES):
            c = MEAN_SPEED + np.tanh(random_exponent(resolution, rng))
            K, M = helmholtz_matrices(c)
            A = K - self.frequency**2 * M
            factors = splu(A, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.1)
            x = factors.solve(b)
            x += factors.solve(b - A @ x)
            if self._gap(M, factors, x) >= self.least_gap:
                residual = float(np.linalg.norm(b - A @ x) / np.linalg.norm(b))
                return Sample({"speed": c}, {"solution": x.reshape(c.shape)}, residual)
        raise InputError(
            f"{TRIES} media in a row have an eigenfrequency within {self.least_gap} of frequency {self.frequency}; "
            "choose another frequency or a smaller least_gap"
        )

    def _gap(self, M: "csc_array[Any]", factors: Any, x: Array) -> float:
        """Distance to the nearest eigenfrequency: the least |mu| of A v = mu frequency^2 M v.

        B = A^-1 M is self-adjoint in the product of M and has norm 1 / (|mu| frequency^2). Near a resonance u is nearly
        its eigenfunction, so that iterating B from u needs few steps to reach the norm, from below.
        """
        growth = 1.0
        for _ in range(3):
            x = x / np.sqrt(x @ (M @ x))
            x = factors.solve(M @ x)
            growth = float(np.sqrt(x @ (M @ x)))
        return 1 / (growth * self.frequency**2)


def helmholtz_matrices(c: Array) -> "tuple[csc_array[Any], csc_array[Any]]":
    """Stiffness K and mass M with weight c^-2 of bilinear elements on the unit square; A = K - frequency^2 M.

    Parameters
    ----------
    c : ndarray of float64, shape (n + 1, n + 1)
        Speed at the nodes.

    Examples
    --------
    >>> K, M = helmholtz_matrices(np.full((3, 3), 2.0))
    >>> print(abs(K @ np.ones(9)).max() < 1e-15, round(M.sum(), 12))  # the area over c^2
    True 0.25
    """
    from scipy.sparse import coo_array

    n = len(c) - 1
    points, weights = np.polynomial.legendre.leggauss(3)
    s, w = (points + 1) / 2, weights / 2
    N, dN = np.array([1 - s, s]), np.array([[-1.0] * 3, [1.0] * 3])  # (2 nodes, 3 points) on the unit interval
    mass, stiffness = (np.einsum("ap,bp,p->ab", f, f, w) for f in (N, dN))
    element = np.kron(stiffness, mass) + np.kron(mass, stiffness)  # independent of the size of a square
    corners = np.stack([c[i : n + i, j : n + j] for i in (0, 1) for j in (0, 1)]).reshape(4, -1)
    Q = np.einsum("ip,jq->ijpq", N, N).reshape(4, 9)  # hat functions at the 9 points
    density = np.kron(w, w)[:, None] / np.square(Q.T @ corners) / n**2
    masses = np.einsum("ap,bp,pe->eab", Q, Q, density, optimize=True)
    index = np.arange((n + 1) ** 2).reshape(n + 1, n + 1)
    nodes = np.stack([index[i : n + i, j : n + j] for i in (0, 1) for j in (0, 1)]).reshape(4, -1).T
    rows, columns = np.repeat(nodes, 4, axis=1).ravel(), np.tile(nodes, 4).ravel()
    K, M = (
        coo_array((values.ravel(), (rows, columns)), shape=(index.size, index.size)).tocsc()
        for values in (np.broadcast_to(element, masses.shape), masses)
    )
    return K, M


def helmholtz_source(n: int) -> Array:
    """Integrals of the hat functions over the part of the side y+ where du/dn = 1, shape ((n + 1)^2,).

    Examples
    --------
    >>> print(round(helmholtz_source(7).sum(), 12))
    0.3
    """
    # In element e the source covers from a to b in its own coordinate.
    a, b = (np.clip((0.5 + sign * HALF_WIDTH) * n - np.arange(n), 0, 1) for sign in (-1, 1))
    right = (b**2 - a**2) / 2
    top = np.zeros(n + 1)
    top[1:] += right / n
    top[:-1] += (b - a - right) / n
    source = np.zeros((n + 1, n + 1))
    source[:, -1] = top
    return source.ravel()


def random_exponent(n: int, rng: np.random.Generator) -> Array:
    """The field g at n + 1 nodes an axis."""
    l = np.indices((20, 20)).reshape(2, -1)  # noqa: E741, mode numbers
    first = np.argsort(np.square(l).sum(axis=0), kind="stable")[1 : N_MODES + 1]
    i, j = l[:, first]
    theta = np.zeros((20, 20))
    norms = np.where(i * j == 0, np.sqrt(2), 2.0)
    theta[i, j] = rng.standard_normal(N_MODES) * norms / (np.pi**2 * (i**2 + j**2) + 9)
    cosines = np.cos(np.pi * np.outer(np.arange(20), np.arange(n + 1) / n))
    return np.asarray(cosines.T @ theta @ cosines)
