"""What a run of a benchmark case may be told."""

from dataclasses import dataclass
from math import inf

from sciml._errors import InputError

__all__ = ["Settings"]


@dataclass(frozen=True)
class Settings:
    """Options of a run; every case honours those that make sense for it.

    Parameters
    ----------
    size : int, optional
        Cells per axis of the main problem; None = the size the case is published at.
    repeats : int
        Timed runs per method, alternating between methods; the median is reported.
    seconds : float
        Methods whose repeats took less than this are run again until they did, whoever they belong to: a single
        short run is noise, while a long one need not be repeated.
    threads : int
        Threads of our kernels and of transforms; everything else runs on one.
    seed : int
        Start of the random numbers of fields and right-hand sides.
    rtol : float
        Relative tolerance all methods must reach.
    runs : str
        Folder in which cases that train keep their data and trainings, and find them again.
    only : str
        Pattern of names: other trainings are read if they are finished, and not begun, so that several processes, or
        one after the other, may share a long case. Some cases have parts with names, of which it picks those to run.
    fraction : float
        Part of the samples and of the processor seconds that cases which train are published with.

    Raises
    ------
    InputError
        If a number is out of range.

    Examples
    --------
    >>> Settings(size=32).repeats
    3
    """

    size: int | None = None
    repeats: int = 3
    seconds: float = 0.0
    threads: int = 1
    seed: int = 0
    rtol: float = 1e-8
    runs: str = "runs/bench"
    only: str = "*"
    fraction: float = 1.0

    def __post_init__(self) -> None:
        for name, least in (("size", 4), ("repeats", 1), ("threads", 1), ("seed", 0)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise InputError(f"{name} is {value}; expected a whole number >= {least}")
        if not 0 <= self.seconds < inf:
            raise InputError(f"seconds is {self.seconds}; expected a number >= 0")
        if not 0 < self.rtol < 1:
            raise InputError(f"rtol is {self.rtol}; expected a number between 0 and 1")
        if not 0 < self.fraction <= 1:
            raise InputError(f"fraction is {self.fraction}; expected a number above 0, at most 1")
