"""Tasks of pipelined passes: how a box is cut and when the pipeline is worth it."""

from sciml.kernels import _pool

__all__ = ["wave_tasks"]

# first and last plane of the leader, lag of each follower, bounds of the leader, how they shrink from step to step
Task = tuple[int, int, int, int, int, int, int]


def wave_tasks(n0: int, size: int, steps: int, periodic: bool) -> list[list[Task]]:
    """Groups of tasks for a pipeline of `steps` half sweeps; those of a group run at the same time.

    In a task (first, last, lag, lo, hi, a, b) the leader (t = 0) is at plane s = first .. last - 1, and half sweep
    t at s - t lag, where that is at least lo + t a and below hi - t b. Small boxes fit into cache: one task, a
    sweep after the other. Others are slabs, in which half sweeps follow each other one plane apart, then
    the cuts between them, which lie on even planes at least ``2 (steps + 1)`` apart, so that what is
    left around them does not overlap. A periodic axis is cut at plane 0; planes below it are negative.

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
    [[(0, 8, 8, 0, 8, 0, 0)]]
    """
    if size < _pool.SERIAL_BELOW or n0 < 4 * (steps + 1) or (periodic and n0 % 2):
        return [[(0, n0, n0, 0, n0, 0, 0)]]
    parts = _pool.slabs(n0 // 2, size, minimum=2 * (steps + 1))
    last = len(parts) - 1
    bounds = [(2 * lo, n0 if k == last else 2 * hi) for k, (lo, hi) in enumerate(parts)]
    slabs = [
        (lo, hi, 1, lo, hi, int(periodic or k > 0), int(periodic or k < last)) for k, (lo, hi) in enumerate(bounds)
    ]
    reach = steps + 1
    cuts = [(lo - reach, lo + reach, 2 * reach, lo, lo, -1, -1) for lo, *_, below, _ in slabs if below]
    return [slabs, cuts]
