"""Weights of the learned cycle: small networks, as arrays of NumPy."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sciml._errors import InputError
from sciml.kernels._features import CELL, CHILD, FACE, SURPLUS
from sciml.kernels._small_net import LIMIT, Net

__all__ = ["HOME", "LIMIT", "SHIPPED", "Net", "Weights", "load_weights", "zero_weights"]

HOME, SHIPPED = Path(__file__).with_name("data"), ("mixed-2d", "mixed-3d")
# What each network is given, and how many factors it answers with; None is one a sweep.
KINDS: dict[str, tuple[int, int | None]] = {
    "cell": (CELL, None), "child": (CHILD, 1), "face": (FACE, 1), "surplus": (SURPLUS, 1),
}


@dataclass(frozen=True, eq=False)
class Weights:
    """How a cycle deviates from the classical one.

    Parameters
    ----------
    sweeps : int
        Red-black sweeps before and after the correction.
    omega : float
        Over-relaxation of the classical cycle, in [1, 2).
    nets : dict of list of Net
        For ``cell``, ``child``, ``face`` and ``surplus`` one network for each of the first levels, the last one for all
        below as well.
    """

    sweeps: int
    omega: float
    nets: dict[str, list[Net]]

    @property
    def parameters(self) -> int:
        """Number of weights.

        Examples
        --------
        >>> zero_weights().parameters
        879
        """
        return sum(part.size for nets in self.nets.values() for net in nets for part in net)

    def net(self, kind: str, level: int) -> Net:
        """The network of a level, the finest being 0."""
        nets = self.nets[kind]
        return nets[min(level, len(nets) - 1)]


def zero_weights(sweeps: int = 2, omega: float = 1.2, hidden: int = 8, kinds: int = 3) -> Weights:
    """Weights of the classical cycle: every network answers 0."""
    return Weights(sweeps, omega, {
        kind: [_zero_net(ins, hidden, outs or sweeps) for _ in range(kinds)] for kind, (ins, outs) in KINDS.items()
    })


def _zero_net(ins: int, hidden: int, outs: int) -> Net:
    shapes: Sequence[tuple[int, ...]] = ((hidden, ins), (hidden,), (outs, hidden), (outs,))
    return Net(*(np.zeros(shape, np.float32) for shape in shapes))


def load_weights(name: str | Path) -> Weights:
    """Weights that come with sciml, by name, or of a run of ``sciml train dcdm``, by folder.

    Raises
    ------
    InputError
        If there are none, or they are damaged or of another model.
    """
    folder = HOME / name if str(name) in SHIPPED else Path(name)
    try:
        config = json.loads((folder / "config.json").read_text())
        if config["model"] != "LearnedCycle" or config["format"] != 1:
            raise InputError(f"{folder} holds a {config['model']}; expected a run of sciml train dcdm")
        return _read(folder / "model.safetensors", **config["arguments"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = " ".join(str(error).split())[:160]
        raise InputError(
            f"no weights of dcdm in {folder} ({reason}); use {', '.join(SHIPPED)}, or the folder of a run of "
            "sciml train dcdm"
        ) from None


def _read(path: Path, sweeps: int, omega: float, hidden: int, kinds: int) -> Weights:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        tensors: dict[str, Any] = load_file(path)
    except SafetensorError as error:
        raise ValueError(str(error)) from None
    nets = {
        kind: [
            Net(*(tensors[f"{kind}.{k}.{part}"].astype(np.float32)
                  for part in ("0.weight", "0.bias", "2.weight", "2.bias")))
            for k in range(kinds)
        ]
        for kind in KINDS
    }
    expected = zero_weights(sweeps, omega, hidden, kinds)
    for kind, found in nets.items():
        for net, like in zip(found, expected.nets[kind], strict=True):
            if any(a.shape != b.shape or not np.isfinite(a).all() for a, b in zip(net, like, strict=True)):
                raise ValueError(f"networks '{kind}' have other shapes, or values that are not finite")
    if not 1 <= omega < 2 or sweeps < 1:
        raise ValueError(f"omega is {omega} and sweeps {sweeps}; expected 1 <= omega < 2 and sweeps >= 1")
    return Weights(sweeps, omega, nets)
