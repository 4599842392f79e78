"""Interrupts that wait for the end of a step."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

__all__ = ["StopRequest", "stop_requests"]


@dataclass
class StopRequest:
    """Whether someone asked to stop."""

    made: bool = False


@contextmanager
def stop_requests() -> Iterator[StopRequest]:
    """Turn the first Ctrl-C (or SIGTERM, SIGHUP) into a request to be looked at; the second one interrupts at once.

    In threads other than the main one signals stay as they are.

    Examples
    --------
    >>> with stop_requests() as request:
    ...     signal.raise_signal(signal.SIGINT)
    ...     request.made
    True
    """
    request = StopRequest()

    def ask(number: int, frame: FrameType | None) -> None:
        if request.made:
            raise KeyboardInterrupt
        request.made = True

    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]  # Windows has no SIGHUP
    before = {getattr(signal, name): signal.signal(getattr(signal, name), ask) for name in names}
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
