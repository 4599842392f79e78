"""The learning rate as a function of the step alone."""

import math

from sciml.train.config import ScheduleConfig

__all__ = ["learning_rate"]


def learning_rate(step: int, total: int | None, peak: float, schedule: ScheduleConfig) -> float:
    """One cycle: a half cosine up from peak / start, then one down to peak / end at the last step.

    Parameters
    ----------
    step, total : int
        Step counted from 0, and number of steps; None = not known yet, the rate is that of the first step.
    peak : float
        Largest rate.

    References
    ----------
    L. N. Smith and N. Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates",
    2019.

    Examples
    --------
    >>> [round(learning_rate(step, 11, 1.0, ScheduleConfig(0.2, 10.0, 100.0)), 3) for step in (0, 1, 2, 6, 10)]
    [0.1, 0.55, 1.0, 0.505, 0.01]
    """
    low, end = peak / schedule.start, peak / schedule.end
    if total is None or total < 2:
        return low
    part = min(step / (total - 1), 1.0)
    if part < schedule.warmup:
        return _cosine(low, peak, part / schedule.warmup)
    return _cosine(peak, end, (part - schedule.warmup) / (1 - schedule.warmup)) if schedule.warmup < 1 else peak


def _cosine(start: float, end: float, part: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * part)) / 2
