"""How much memory a solve will take, in copies of one float64 field."""

from math import prod

from sciml.cli._settings import Settings
from sciml.mesh.grid import Grid
from sciml.mesh.io.fields import carries_vectors

__all__ = ["box_bytes", "matrix_bytes", "mesh_bytes"]

# Measured peaks of the resident set beside the process itself, in fields of the grid, rounded up:
# constant coefficients, and what faces, diagonal and coarse levels add when they vary.
_COPIES = {
    "fft": (6, 4), "cg": (7, 8), "pcg": (8, 9), "fcg": (10, 9), "minres": (11, 9), "gmres": (150, 20),
    "multigrid": (8, 13), "fmg": (8, 13), "amg": (120, 8), "direct": (7, 8),
    "dcdm": (70, 0),
}  # fmt: skip
_PROCESS = 300_000_000  # interpreter and libraries, and the compiler when kernels are compiled first
# Bytes measured with algebraic multigrid on stencils of 5, 7 and 27 points (490, 720 and 1490 a row) and on meshes
# of triangles and tetrahedra (630 and 1240 a point), rounded up: matrix and hierarchy an entry, vectors and hierarchy
# a row, a cell. Element matrices are gone before the hierarchy is built, so they do not add to the peak.
_PER_ENTRY, _PER_ROW, _PER_CELL = 60, 300, 30
# Entries a row, by Euler's formula in the plane (6 neighbours), and about 14 neighbours in space.
_COUPLINGS = {2: 7, 3: 15}
_PER_COLUMN, _TOGETHER = 60, 16  # what conjugate gradients add a row for each right-hand side iterated with others
_BATCH = 4  # source, solution, residual and work array of a further right-hand side


def box_bytes(settings: Settings, grid: Grid, batch: int) -> int:
    """Estimated peak memory of a solve on a box in bytes.

    Parameters
    ----------
    settings : Settings
        Method, which fields vary, and what is written.
    grid : Grid
        Box of unknowns.
    batch : int
        Number of right-hand sides.

    Notes
    -----
    A factorisation of n unknowns fills in: ``31/4 n log2 n`` entries in 2-D (A. George, "Nested
    dissection of a regular finite element mesh", SIAM Journal on Numerical Analysis 10, 1973);
    in 3-D it grows with ``n^(4/3)``, measured here with a factor of 19.
    """
    n = prod(grid.shape)
    operator = [value for name, value in settings.fields().items() if name not in ("source", "x0")]
    varies = bool(settings.regions) or not all(isinstance(value, float) for value in operator)
    constant, more = _COPIES[_expected_method(settings, varies)]
    copies = constant + varies * more + _BATCH * (batch - 1)
    if settings.output is not None and carries_vectors(settings.output):
        copies += 2 * grid.ndim + 1
    return _PROCESS + 8 * n * copies + (_fill(n, grid.ndim) if settings.method == "direct" else 0)


def matrix_bytes(n: int, entries: int, batch: int = 1) -> int:
    """Estimated peak memory of a solve with a sparse matrix of `n` rows by algebraic multigrid, in bytes."""
    together = min(batch, _TOGETHER) - 1
    return _PROCESS + _PER_ENTRY * entries + n * (_PER_ROW + _PER_COLUMN * together + 8 * _BATCH * (batch - 1))


def mesh_bytes(points: int, cells: int, dimension: int, batch: int = 1) -> int:
    """Estimated peak memory of a solve on a mesh of the plane or of space, in bytes."""
    return matrix_bytes(points, _COUPLINGS[dimension] * points, batch) + _PER_CELL * cells


def _expected_method(settings: Settings, varies: bool) -> str:
    if settings.method != "auto":
        return settings.method
    return "multigrid" if varies else "fft"


def _fill(n: int, ndim: int) -> int:
    """Bytes of the factors, 12 an entry."""
    per_unknown = {1: 6.0, 2: 7.75 * n.bit_length(), 3: 20 * n ** (1 / 3)}[ndim]
    return int(12 * n * per_unknown)
