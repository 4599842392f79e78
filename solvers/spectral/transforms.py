"""Which sine, cosine or Fourier transform diagonalises the second difference under which ends."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sciml.pde.axis import AxisFactor

__all__ = ["FOURIER", "Transform", "eigenvalues", "transform_of"]


class Transform(NamedTuple):
    """A sine (dst), cosine (dct) or Fourier (fft) transform; `type` tells the first two apart.

    SciPy's default scaling (``norm=None``) is used throughout: with ``norm="ortho"`` the end
    samples of DCT-I, DST-III and DCT-III are rescaled, which breaks the diagonalisation.
    """

    family: Literal["dst", "dct", "fft"]
    type: Literal[1, 2, 3, 4] = 1

    def forward(self, v: NDArray[Any], axes: Sequence[int], workers: int = 1) -> NDArray[Any]:
        """Coefficients of real `v` along `axes` in one call; fft halves the last of them.

        `v` may be overwritten.
        """
        import scipy.fft

        if self.family == "fft":
            return np.asarray(scipy.fft.rfftn(v, axes=axes, workers=workers, overwrite_x=True))
        transform = scipy.fft.dstn if self.family == "dst" else scipy.fft.dctn
        return np.asarray(transform(v, self.type, axes=axes, workers=workers, overwrite_x=True))

    def inverse(self, v: NDArray[Any], axes: Sequence[int], shape: Sequence[int], workers: int = 1) -> NDArray[Any]:
        """Real values of length `shape` along `axes`; `v` may be overwritten."""
        import scipy.fft

        if self.family == "fft":
            return np.asarray(scipy.fft.irfftn(v, s=shape, axes=axes, workers=workers, overwrite_x=True))
        transform = scipy.fft.idstn if self.family == "dst" else scipy.fft.idctn
        return np.asarray(transform(v, self.type, axes=axes, workers=workers, overwrite_x=True))


FOURIER = Transform("fft")

# The unknowns of a cell grid sit half a spacing inside the sides, where values or fluxes vanish;
# those of a node grid one spacing inside a Dirichlet side or on a Neumann side. The even or odd
# reflection about these points picks the transform.
_TABLE: dict[tuple[str, str, str], Transform] = {
    ("cell", "dirichlet", "dirichlet"): Transform("dst", 2),
    ("cell", "neumann", "neumann"): Transform("dct", 2),
    ("cell", "dirichlet", "neumann"): Transform("dst", 4),
    ("cell", "neumann", "dirichlet"): Transform("dct", 4),
    ("node", "dirichlet", "dirichlet"): Transform("dst", 1),
    ("node", "neumann", "neumann"): Transform("dct", 1),
    ("node", "dirichlet", "neumann"): Transform("dst", 3),
    ("node", "neumann", "dirichlet"): Transform("dct", 3),
    ("cell", "periodic", "periodic"): FOURIER,
    ("node", "periodic", "periodic"): FOURIER,
}


def transform_of(factor: AxisFactor) -> Transform | None:
    """The transform that diagonalises M^-1 K, None when there is none.

    Examples
    --------
    >>> ends = np.array([3.0, 2.0, 3.0])
    >>> factor = AxisFactor("cell", "dirichlet", "dirichlet", True, 1.0, 0.0, ends, np.array([1.0, 1, 0]), np.ones(3))
    >>> transform_of(factor)
    Transform(family='dst', type=2)
    """
    if not factor.uniform or factor.n == 1:
        return None
    return _TABLE.get((factor.location, factor.left, factor.right))


def eigenvalues(factor: AxisFactor) -> NDArray[np.float64]:
    """Exact eigenvalues of M^-1 K (shift included) in the order of the transform's coefficients, (n,).

    A single unknown is its own coefficient.

    Notes
    -----
    All are c (2 - 2 cos theta_k) + shift, written with the sine to keep the small ones accurate.

    Examples
    --------
    >>> ends = np.array([3.0, 2.0, 3.0])
    >>> factor = AxisFactor("cell", "dirichlet", "dirichlet", True, 1.0, 0.0, ends, np.array([1.0, 1, 0]), np.ones(3))
    >>> eigenvalues(factor)
    array([1., 3., 4.])
    """
    if factor.n == 1:
        return np.asarray((factor.matrix() / factor.mass)[0])
    theta = _angles(factor)
    return np.asarray(factor.c * (2.0 * np.sin(theta / 2)) ** 2 + factor.shift)


def _angles(factor: AxisFactor) -> NDArray[np.float64]:
    n, k = factor.n, np.arange(factor.n)
    if factor.left == "periodic":
        return 2 * np.pi * k / n
    if factor.left != factor.right:
        return np.pi * (k + 0.5) / n
    on_nodes = factor.location == "node"
    if factor.left == "dirichlet":
        return np.pi * (k + 1) / (n + 1 if on_nodes else n)
    return np.pi * k / (n - 1 if on_nodes else n)
