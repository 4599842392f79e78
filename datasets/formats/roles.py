"""What the name of a file says about its samples: for training, validation or test."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["role_of", "split_by_name"]

_ROLE = re.compile(r"(?:^|[^a-z])(train|val|test)(?:ing|id|idation)?(?:[^a-z]|$)")


def role_of(path: Path) -> str | None:
    """``train``, ``val`` or ``test`` if the name of the file, or else of its folder, has the word.

    Examples
    --------
    >>> role_of(Path("darcy_train_16.pt")), role_of(Path("valid/a.hdf5")), role_of(Path("latest.npz"))
    ('train', 'val', None)
    """
    folder = path.parent.name.lower()
    found = _ROLE.search(path.stem.lower()) or _ROLE.fullmatch(folder)
    return found.group(1) if found else None


def split_by_name(paths: Sequence[Path], counts: Sequence[int]) -> dict[str, NDArray[np.int64]]:
    """Samples of each part if the name of every file says for what it is, else no parts.

    Parameters
    ----------
    counts : sequence of int
        Samples of every file.

    Examples
    --------
    >>> split_by_name([Path("a_train.mat"), Path("a_test.mat")], [2, 1])
    {'train': array([0, 1]), 'test': array([2])}
    """
    roles = [role_of(path) for path in paths]
    starts = np.cumsum([0, *counts])
    parts: dict[str, NDArray[np.int64]] = {}
    for role, start, count in zip(roles, starts[:-1], counts, strict=True):
        if role is None:
            return {}
        parts[role] = np.concatenate([parts.get(role, np.arange(0)), np.arange(start, start + count)])
    return parts
