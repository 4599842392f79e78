"""The nearest known name, for messages."""

from collections.abc import Iterable
from difflib import SequenceMatcher

__all__ = ["nearest"]


def nearest(name: str, known: Iterable[str]) -> str:
    """``"; did you mean 'x'?"`` when a known name is close, else ``""``; of equally close ones the first.

    Examples
    --------
    >>> nearest("shap", ["shape", "extent"])
    "; did you mean 'shape'?"
    """
    scores = {candidate: SequenceMatcher(None, name.lower(), candidate).ratio() for candidate in known}
    best = max(scores, key=lambda candidate: scores[candidate], default="")
    return f"; did you mean '{best}'?" if scores.get(best, 0.0) >= 0.5 else ""
