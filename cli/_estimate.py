"""How much memory a solve will take, in copies of one float64 field."""

from math import prod

from sciml.cli._settings import Settings
from sciml.mesh.grid import Grid

__all__ = ["estimated_bytes"]

# Peak resident fields beside the inputs: iterate, residual, right-hand side, work arrays,
# operator (faces and diagonal when it varies) and coarse levels.
_COPIES = {"fft": 6, "cg": 12, "pcg": 16, "fcg": 16, "minres": 16, "gmres": 45, "multigrid": 24, "fmg": 24, "amg": 90}
_VARIABLE = 6  # face arrays in each direction, diagonal, coefficient
_PROCESS = 150_000_000  # interpreter, libraries, compiled kernels


def estimated_bytes(settings: Settings, grid: Grid, batch: int) -> int:
    """Estimated peak memory of a solve in bytes.

    Parameters
    ----------
    settings : Settings
        Method and which fields vary.
    grid : Grid
        Box of unknowns.
    batch : int
        Number of right-hand sides.

    Notes
    -----
    A direct factorisation fills in: about ``31 n log2 n`` entries in 2-D and ``10 n^(4/3)`` in 3-D
    with nested dissection (A. George, Nested dissection of a regular finite element mesh, 1973).
    """
    n = prod(grid.shape)
    operator = (value for name, value in settings.fields().items() if name not in ("source", "x0"))
    varies = not all(isinstance(value, float) for value in operator)
    fields = _COPIES.get(settings.method, _COPIES["multigrid"] if varies else _COPIES["fft"])
    fields += (_VARIABLE if varies or settings.regions else 0) + 3 * (batch - 1)
    total = _PROCESS + 8 * n * fields
    if settings.method == "direct":
        fill = {1: 6.0 * n, 2: 31.0 * n * max(1, n.bit_length()), 3: 10.0 * n ** (4 / 3)}[grid.ndim]
        total += int(12 * fill)
    return total
