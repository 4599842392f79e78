"""Slabs for pipelined passes: how a box is cut and when the pipeline is worth it."""

from sciml.kernels import _pool

__all__ = ["wave_slabs"]


def wave_slabs(n0: int, size: int, steps: int, periodic: bool) -> list[tuple[int, int, int, int]] | None:
    """Slabs (lo, hi, cut below, cut above) for a pipeline of `steps` half sweeps; None for the plain order.

    Cuts lie on even planes, at least ``2 (steps + 1)`` apart so that what is left around them does
    not overlap. A periodic axis is cut at plane 0.

    Parameters
    ----------
    n0 : int
        Number of planes.
    size : int
        Cells in the box; small boxes fit into cache and need no pipeline.
    steps : int
        Half sweeps.
    periodic : bool
        Whether the planes wrap around.

    Examples
    --------
    >>> wave_slabs(8, 100, 2, False) is None
    True
    """
    if size < _pool.SERIAL_BELOW or n0 < 4 * (steps + 1) or (periodic and n0 % 2):
        return None
    parts = _pool.slabs(n0 // 2, size, minimum=2 * (steps + 1))
    return [
        (2 * lo, n0 if k == len(parts) - 1 else 2 * hi, int(periodic or k > 0), int(periodic or k < len(parts) - 1))
        for k, (lo, hi) in enumerate(parts)
    ]
