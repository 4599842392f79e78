"""Notice when kernels are compiled, and for how long."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

__all__ = ["Compilations", "watch_compilation"]


@dataclass
class Compilations:
    """Intervals on the scale of `time.perf_counter` in which kernels were compiled."""

    intervals: list[tuple[float, float]] = field(default_factory=list)

    def seconds(self, begin: float = 0.0, end: float = float("inf")) -> float:
        """Compile time that falls between two moments."""
        return sum((max(0.0, min(b, end) - max(a, begin)) for a, b in self.intervals), 0.0)


@contextmanager
def watch_compilation(announce: Callable[[], None]) -> Iterator[Compilations]:
    """Record every compilation inside the block; call `announce` at the first one.

    Kernels that the disk cache holds are loaded, not compiled, and do not count. From the first compilation to the
    end of the block the collector of cycles rests: almost all that a compiler makes lives as long, and looking
    through it takes a tenth of its time.

    Parameters
    ----------
    announce : callable
        Called without arguments.
    """
    from numba.core import event

    found = Compilations()

    class Watch(event.Listener):
        depth, begin = 0, 0.0

        def on_start(self, _: object) -> None:
            if self.depth == 0:
                self.begin = time.perf_counter()
                if not found.intervals:
                    gc.disable()
                    announce()
            self.depth += 1

        def on_end(self, _: object) -> None:
            self.depth -= 1
            if self.depth == 0:
                found.intervals.append((self.begin, time.perf_counter()))

    collecting = gc.isenabled()
    try:
        with event.install_listener("numba:compile", Watch()):
            yield found
    finally:
        if collecting:
            gc.enable()
