"""Wall-clock times of a command, measured from the start of the process."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Clock", "process_start"]


@dataclass
class Clock:
    """Seconds spent per activity.

    Parameters
    ----------
    start : float
        When the process began, on the scale of `time.perf_counter`.
    """

    start: float = field(default_factory=time.perf_counter)
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def measure(self, activity: str) -> Iterator[None]:
        """Add the duration of the block to ``seconds[activity]``."""
        begin = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[activity] = self.seconds.get(activity, 0.0) + time.perf_counter() - begin

    def total(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.start


def process_start() -> float:
    """When this process began, on the scale of `time.perf_counter` (now, where the system does not tell).

    Notes
    -----
    Field 22 of /proc/self/stat counts clock ticks since boot; the command name in field 2 may
    hold spaces and ends with the last parenthesis.
    """
    import os

    now = time.perf_counter()
    try:
        fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        age = time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError, IndexError, ValueError):
        return now
    # Inside a time namespace the two scales may differ; an age of more than a minute at start is not believed.
    return now - age if 0 <= age < 60 else now
