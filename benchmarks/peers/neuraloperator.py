"""The data files and the Fourier network of neuraloperator 0.3.0, unpacked beside the trainings, installed nowhere."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any
from zipfile import ZipFile

import torch
from torch import Tensor

from sciml.models import MODELS, Pretrained

__all__ = ["NeuraloperatorFNO", "fetched", "register"]

VERSION = "0.3.0"
NEEDED = ("tensorly==0.8.1", "tensorly-torch==0.4.0", "opt-einsum==3.3.0")
DATA = "neuralop/datasets/data"


def fetched(folder: Path) -> Path | None:
    """The unpacked wheel, from the package index where it is not there yet; None without a connection."""
    unpacked = folder / f"neuraloperator-{VERSION}"
    if (unpacked / DATA).is_dir():
        return unpacked
    folder.mkdir(parents=True, exist_ok=True)
    if not _pip("download", "--no-deps", "--dest", str(folder), f"neuraloperator=={VERSION}"):
        return None
    wheel = next(folder.glob(f"neuraloperator-{VERSION}-*.whl"))
    with ZipFile(wheel) as archive:
        archive.extractall(unpacked)
    return unpacked


def register(unpacked: Path) -> bool:
    """Make its network the model ``neuraloperator``; False where what it needs cannot be had."""
    needed = unpacked.with_name("needed")
    if not needed.is_dir() and not _pip("install", "--no-deps", "--target", str(needed), *NEEDED):
        return False
    sys.path[:0] = [str(unpacked), str(needed)]
    # Its packages import loggers and data pipelines of other libraries; only the network is wanted.
    for name in ("neuralop", "neuralop.models", "neuralop.layers"):
        package = ModuleType(name)
        package.__path__ = [str(unpacked / name.replace(".", "/"))]
        sys.modules[name] = package
    for absent, names in (("wandb", ()), ("torch_harmonics", ("RealSHT", "InverseRealSHT"))):
        sys.modules.setdefault(absent, ModuleType(absent)).__dict__.update(dict.fromkeys(names))
    try:
        import_module("neuralop.models.fno")
    except ImportError:
        return False
    MODELS["neuraloperator"] = (__name__, "NeuraloperatorFNO")
    return True


class NeuraloperatorFNO(Pretrained):
    """Its FNO, with coordinates as further channels as its own examples give them.

    Parameters
    ----------
    in_channels, out_channels : int
    n_modes : list of int
        Both signs counted.
    hidden_channels : int
    """

    def __init__(self, in_channels: int, out_channels: int, n_modes: list[int], hidden_channels: int) -> None:
        super().__init__()
        self.config = {
            "in_channels": in_channels, "out_channels": out_channels, "n_modes": list(n_modes),
            "hidden_channels": hidden_channels,
        }
        self.network = import_module("neuralop.models.fno").FNO(
            tuple(n_modes), hidden_channels=hidden_channels, in_channels=in_channels + 2, out_channels=out_channels,
            lifting_channels=64, projection_channels=64,
        )

    def forward(self, x: Tensor) -> Tensor:
        """Fields of the same size; its points lie at i / n."""
        axes = [torch.arange(n, dtype=x.dtype, device=x.device) / n for n in x.shape[2:]]
        coordinates = torch.stack(torch.meshgrid(*axes, indexing="ij")).expand(len(x), -1, *x.shape[2:])
        return torch.as_tensor(self.network(torch.cat((x, coordinates), 1)))


def _pip(*arguments: Any) -> bool:
    return subprocess.run([sys.executable, "-m", "pip", "-q", *arguments], check=False).returncode == 0
