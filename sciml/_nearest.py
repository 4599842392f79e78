"""The nearest known name, for messages."""

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["nearest"]


def nearest(name: str, known: Iterable[str]) -> str:
    """``"; did you mean 'x'?"`` when a known name is close, else ``""``.

    Examples
    --------
    >>> nearest("shap", ["shape", "extent"])
    "; did you mean 'shape'?"
    """
    close = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"; did you mean '{close[0]}'?" if close else ""
