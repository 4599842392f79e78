"""Tasks of pipelined passes: how a box is cut and when the pipeline is worth it."""

from sciml.kernels import _pool

__all__ = ["BOX", "CUT", "SLAB", "wave_tasks"]

BOX, SLAB, CUT = 0, 1, 2

# task, first and last plane, whether there is a cut below and above
Task = tuple[int, int, int, int, int]


def wave_tasks(n0: int, size: int, steps: int, periodic: bool) -> list[list[Task]]:
    """Groups of tasks for a pipeline of `steps` half sweeps; those of a group run at the same time.

    Small boxes fit into cache and are one BOX task. Others are SLABs, then the CUTs between them, which
    lie on even planes at least ``2 (steps + 1)`` apart, so that what is left around them does not
    overlap. A periodic axis is cut at plane 0.

    Parameters
    ----------
    n0 : int
        Number of planes.
    size : int
        Cells in the box.
    steps : int
        Half sweeps.
    periodic : bool
        Whether the planes wrap around.

    Examples
    --------
    >>> wave_tasks(8, 100, 2, False)
    [[(0, 0, 8, 0, 0)]]
    """
    if size < _pool.SERIAL_BELOW or n0 < 4 * (steps + 1) or (periodic and n0 % 2):
        return [[(BOX, 0, n0, 0, 0)]]
    parts = _pool.slabs(n0 // 2, size, minimum=2 * (steps + 1))
    last = len(parts) - 1
    bounds = [(2 * lo, n0 if k == last else 2 * hi) for k, (lo, hi) in enumerate(parts)]
    slabs = [
        (SLAB, lo, hi, int(periodic or k > 0), int(periodic or k < last)) for k, (lo, hi) in enumerate(bounds)
    ]
    return [slabs, [(CUT, lo, 0, 0, 0) for _, lo, _, below, _ in slabs if below]]
