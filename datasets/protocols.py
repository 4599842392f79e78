"""Published ways to use the well-known files: which samples, which points, how many frames are given.

Errors of two protocols cannot be compared, even on the same file; so the protocol is stored beside every result.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import floor
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml._nearest import nearest

__all__ = ["PROTOCOLS", "Protocol", "Take", "named", "protocol_of"]


TRAINED = {"": "", "pairs": "step by step", "rollout": "through all steps"}


@dataclass(frozen=True)
class Take:
    """Samples ``start`` to ``stop`` of all, or of one file of several.

    Parameters
    ----------
    start, stop : int or float, optional
        As in a slice; floats below 1 are shares of the number of samples, rounded down.
    file : int, optional
        Which file, in the order given; default all of them as one.

    Examples
    --------
    >>> Take(-2, None).samples([5]).tolist(), Take(0, 0.25, file=1).samples([5, 8]).tolist()
    ([3, 4], [5, 6])
    """

    start: float
    stop: float | None
    file: int | None = None

    def samples(self, counts: Sequence[int]) -> NDArray[np.int64]:
        """Numbers of the samples.

        Parameters
        ----------
        counts : sequence of int
            Samples of every file.

        Raises
        ------
        InputError
            If there are fewer samples, or fewer files.
        """
        if self.file is not None and self.file >= len(counts):
            raise InputError(f"takes {self} and {len(counts)} is given; name all files of the set, in their order")
        first = 0 if self.file is None else sum(counts[: self.file])
        count = sum(counts) if self.file is None else counts[self.file]
        ends = [count if end is None else floor(end * count) if isinstance(end, float) else int(end)
                for end in (self.start, self.stop)]
        if max(map(abs, ends)) > count:
            raise InputError(f"takes {self} and there are {count}; give the whole set, or drop the protocol")
        start, stop = (end + count if end < 0 else end for end in ends)
        return np.arange(first + start, first + stop)

    def __str__(self) -> str:
        ends = ":".join(
            "" if end is None or end == 0 else f"{end:.0%}" if isinstance(end, float) else str(end)
            for end in (self.start, self.stop)
        )
        return f"samples [{ends}]" + ("" if self.file is None else f" of file {self.file + 1}")


@dataclass(frozen=True)
class Protocol:
    """How a published study uses a file.

    Parameters
    ----------
    parts : mapping of str to Take
        ``train``, ``test``, perhaps ``val``; empty where the files themselves are the parts.
    stride : int
        Every how many points along each axis.
    crop : int, optional
        Points kept along each axis, from the first.
    history, wanted : int
        Frames given and frames wanted after them, where a field has several; default all that follow.
    target : tuple of str
        Outputs kept; default all.
    training : {"", "pairs", "rollout"}
        How networks that step in time are trained: on one step at a time, or through all frames wanted.
    trap : str
        What else goes by this name.
    """

    parts: Mapping[str, Take]
    stride: int = 1
    crop: int | None = None
    history: int = 10
    wanted: int | None = None
    target: tuple[str, ...] = ()
    training: Literal["", "pairs", "rollout"] = ""
    trap: str = ""

    @property
    def points(self) -> slice:
        """Of every axis of space."""
        return slice(None, self.crop, self.stride)

    def frames(self, stored: int) -> tuple[slice, slice]:
        """Which frames are given, and which are wanted; one that names no samples makes do with fewer.

        Raises
        ------
        InputError
            If there are too few.

        Examples
        --------
        >>> Protocol({}, history=2, wanted=3).frames(9)
        (slice(0, 2, None), slice(2, 5, None))
        """
        given = self.history if self.parts else min(self.history, stored - 1)
        stop = stored if self.wanted is None else given + self.wanted
        if not 0 < given < stop <= stored:
            needed = max(given, 1)
            least = needed + (self.wanted or 1)
            raise InputError(f"the number of frames is {stored}; expected {least} or more, {needed} of them given")
        return slice(0, given), slice(given, stop)

    @property
    def samples(self) -> int:
        """Samples that parts given by whole numbers need, of one file."""
        return sum(abs(int((take.stop or 0) - take.start)) for take in self.parts.values())

    def split(self, counts: Sequence[int]) -> dict[str, NDArray[np.int64]]:
        """Samples of each part.

        Raises
        ------
        InputError
            If there are too few samples or files.
        """
        found = {name: take.samples(counts) for name, take in self.parts.items()}
        every = np.concatenate([*found.values(), np.arange(0)])
        if len(np.unique(every)) < len(every):
            raise InputError(f"takes {self.told()} and there are {sum(counts)} samples: parts would overlap")
        return found

    def scaled(self, count: int) -> "Protocol":
        """The same for a file with fewer samples: a first and a last part of the same proportions.

        Raises
        ------
        InputError
            If a part would be empty.

        Examples
        --------
        >>> Protocol({"train": Take(0, 1000), "test": Take(-200, None)}).scaled(60).told()
        'train samples [:50], test samples [-10:]'
        """
        sizes = {name: abs(int((take.stop or 0) - take.start)) for name, take in self.parts.items()}
        kept = {name: size * count // self.samples for name, size in sizes.items()}
        if min(kept.values()) < 1:
            raise InputError(f"takes {self.told()} and there are {count} samples, too few even in proportion; add some")
        first, last = kept
        return replace(self, parts={first: Take(0, kept[first]), last: Take(-kept[last], None)})

    def told(self) -> str:
        """In words."""
        words = [f"{name} {take}" for name, take in self.parts.items()]
        words += [f"one point of {self.stride} an axis"] * (self.stride > 1)
        words += [f"first {self.crop} points an axis"] * bool(self.crop)
        words += [f"{self.history} frame{'s' * (self.history > 1)} in, {self.wanted} out"] * bool(self.wanted)
        words += [f"of {', '.join(self.target)}"] * bool(self.target)
        words += [f"trained {TRAINED[self.training]}"] * bool(self.training)
        return ", ".join(words) or "parts as in the files"


def _parts(train: Take, test: Take, val: Take | None = None) -> dict[str, Take]:
    return {"train": train, "test": test} | ({"val": val} if val else {})


FIRST = Take(0, 1000)
STANDARD = _parts(FIRST, Take(-200, None))
LAST_HUNDRED = _parts(FIRST, Take(-100, None))
FORGING = _parts(Take(0, 900), Take(-80, None))
MIDDLE = _parts(FIRST, Take(1000, 1200))
TENTH_FIRST = _parts(Take(0.1, None), Take(0, 0.1))
TENTH_LAST = _parts(Take(0, 0.9), Take(0.9, None))
SMOOTH = _parts(Take(0, 1000, 0), Take(0, 200, 1))

_LNO_TAIL = "the last 200 of the whole file, where lsm takes samples 1000 to 1199: another test set"

# Kind of data to name of the protocol.
PROTOCOLS: Mapping[str, Mapping[str, Protocol]] = {
    "darcy": {
        "fno": Protocol(_parts(Take(0, 1000, 0), Take(0, 100, 1)), 5, trap="lsm takes 200 test samples"),
        "lsm": Protocol(SMOOTH, 5, trap="fno takes 100 test samples; a native 85 x 85 solution differs by 0.7 %"),
        "nsl": Protocol(SMOOTH, 5, trap="as lsm"),
        "lno": Protocol(_parts(Take(0, 1024, 0), Take(0, 1024, 1)), trap="files of 241 x 241 points, every point"),
        "mgno": Protocol(
            _parts(Take(0, 1000, 0), Take(0, 100, 1), Take(100, 200, 1)), 2, trap="211 x 211 points, lsm has 85 x 85"
        ),
    },
    "darcy-rough": {
        "mgno": Protocol(
            _parts(Take(0, 1280, 0), Take(0, 112, 1), Take(1280, 1392, 0)), 2,
            trap="validation follows training in the first file",
        ),
    },
    "darcy-multiscale": {
        "mgno": Protocol(
            _parts(Take(0, 1000, 0), Take(0, 100, 1)), 4,
            trap="published figures are those of the best epoch on the test samples themselves",
        ),
    },
    "navier-stokes": {
        "fno": Protocol(
            STANDARD, training="rollout", trap="all frames after the tenth are wanted: 10, 20 or 40 with the viscosity"
        ),
        "lsm": Protocol(
            STANDARD, wanted=10, training="rollout", trap="viscosity 1e-5, by repeated steps of one frame"
        ),
        "nsl": Protocol(STANDARD, wanted=10, trap="as lsm"),
        "mgno": Protocol(
            LAST_HUNDRED, history=1, wanted=10, training="pairs",
            trap="repeated steps from the first frame to the eleventh, 100 test samples; fno is given ten frames",
        ),
    },
    "burgers": {
        "fno": Protocol(LAST_HUNDRED, 8, trap="the paper tests on 200 samples, its program on 100"),
    },
    "elasticity": {
        "lsm": Protocol(STANDARD, trap="lno tests on the last 1000"),
        "nsl": Protocol(STANDARD, trap="as lsm"),
        "lno": Protocol(_parts(FIRST, Take(-1000, None)), trap="1000 test samples where lsm has 200"),
    },
    "plasticity": {
        "lsm": Protocol(FORGING, trap="half of the target is the other half plus a fixed grid"),
        "nsl": Protocol(FORGING, trap="frame by frame, lsm takes time as a third axis"),
        "lno": Protocol(_parts(Take(0, 900), Take(-87, None)), trap="87 test samples where lsm has 80"),
    },
    "airfoil": {
        "lsm": Protocol(MIDDLE, target=("mach",), trap="not the last 200 of the whole file, as lno takes"),
        "nsl": Protocol(MIDDLE, target=("mach",), trap="as lsm"),
        "lno": Protocol(STANDARD, target=("mach",), trap=_LNO_TAIL),
    },
    "pipe": {
        "lsm": Protocol(MIDDLE, target=("velocity_x",), trap="not the last 200 of the whole file, as lno takes"),
        "nsl": Protocol(MIDDLE, target=("velocity_x",), trap="as lsm"),
        "lno": Protocol(STANDARD, target=("velocity_x",), trap=_LNO_TAIL),
        "mgno": Protocol(
            MIDDLE, crop=128, target=("velocity_x",),
            trap="128 x 128 of 129 x 129 points; published figures are those of the best epoch on the test samples",
        ),
    },
    "helmholtz": {
        "mgno": Protocol(
            _parts(Take(0, 4000), Take(8000, 8200), Take(8200, 8400)), trap="samples 4000 to 7999 are not used"
        ),
    },
    "neuraloperator": {"neuraloperator": Protocol({}, trap="points i / n: the last row and column are inside")},
    "pdebench": {
        "pdebench": Protocol(TENTH_FIRST, trap="the first tenth is the test set; nsl takes the last tenth"),
        "nsl": Protocol(TENTH_LAST, trap="the last tenth is the test set; pdebench takes the first tenth"),
    },
    "pdebench-groups": {
        "pdebench": Protocol(TENTH_LAST, trap="the last tenth is the test set, but the first for shallow water"),
    },
    "the-well": {"well": Protocol({}, history=4, trap="parts are folders; published errors are of one frame ahead")},
}


def protocol_of(kind: str, name: str | None) -> Protocol:
    """The protocol of that name for a kind of data; without a name all samples, all points and no split.

    Raises
    ------
    InputError
        If there is none of that name.

    Examples
    --------
    >>> protocol_of("darcy", "lsm").told()
    'train samples [:1000] of file 1, test samples [:200] of file 2, one point of 5 an axis'
    """
    known = PROTOCOLS.get(kind, {})
    if name is None:
        return known["well"] if kind == "the-well" else Protocol({})
    if name not in known:
        elsewhere = ", ".join(other for other, table in PROTOCOLS.items() if name in table)
        listed = f"it has {', '.join(known)}" if known else "it has none"
        where = f"; '{name}' exists for {elsewhere}" if elsewhere else nearest(name, known)
        raise InputError(f"protocol '{name}' is given for {kind}; {listed}{where}")
    return known[name]


def named(text: str) -> Protocol | None:
    """The protocol of a data set by the words it is stored with, ``<name> <kind>: ...``; None where it has none.

    Examples
    --------
    >>> [one and one.history for one in map(named, ("mgno navier-stokes: train ...", "as stored"))]
    [1, None]
    """
    name, _, rest = text.partition(" ")
    kind = rest.partition(":")[0].partition(" ")[0]
    return PROTOCOLS.get(kind, {}).get(name)
