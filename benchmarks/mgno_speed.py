"""MgNO against the same layers written plainly: inference and a training step.

Fields of 64^2 (`Settings.size` replaces 64, by 32 at least) in batches of 8, width 24, four layers, six levels, as
published for Darcy flow. The plain module is the formula with the convolutions of PyTorch, channels first and last;
ours has the same parameters, or fewer where its transfers to finer levels have kernels of 3. Runs alternate, and the
fastest of each counts, in seconds of the processor, on one thread. `speedup` is against the faster plain module in
float32; `peak` is what a training step takes at most beyond what was there before, in a process of its own whose
allocator gives back what is freed (on Linux); `error` the difference of outputs from those of the plain module in
float32, relative to their norm (none where the parameters are others).
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sciml.bench import Settings, Table
from sciml.bench.tables import Row
from sciml.models.mgno import MgNO
from sciml.models.mgno.collapse import collapsed

__all__ = ["run"]

BATCH, SIDE, WIDTH, LAYERS, LEVELS = 8, 64, 24, 4, 6


class PlainCycle(nn.Module):
    """Zero padding, one smoothing step a level and two on the last."""

    def __init__(self, given: int, width: int) -> None:
        super().__init__()

        def convolution(a: int, b: int, stride: int = 1) -> nn.Module:
            return nn.Conv2d(a, b, 3, stride, 1, bias=False)

        self.S = nn.ModuleList(convolution(given, width) for _ in range(LEVELS + 1))
        self.A = nn.ModuleList(convolution(width, given) for _ in range(LEVELS))
        self.R = nn.ModuleList(convolution(given, given, 2) for _ in range(LEVELS - 1))
        self.Pi = nn.ModuleList(convolution(width, width, 2) for _ in range(LEVELS - 1))
        self.T = nn.ModuleList(nn.ConvTranspose2d(width, width, 4, 2, 1, bias=False) for _ in range(LEVELS - 1))

    def forward(self, f: Tensor) -> Tensor:
        """W f."""
        u, kept = self.S[0](f), []
        for level in range(1, LEVELS):
            kept.append(u)
            u, f = self.Pi[level - 1](u), self.R[level - 1](f)
            for step in range(level - 1, LEVELS if level == LEVELS - 1 else level):
                u = u + self.S[step + 1](f - self.A[step](u))
        for T, fine in zip(reversed(self.T), reversed(kept), strict=True):
            u = fine + T(u)
        return torch.as_tensor(u)


class Plain(nn.Module):
    """The network layer by layer."""

    def __init__(self) -> None:
        super().__init__()
        widths = [1] + [WIDTH] * LAYERS
        self.W = nn.ModuleList(PlainCycle(c, WIDTH) for c in widths[:-1])
        self.B = nn.ModuleList(nn.Conv2d(c, WIDTH, 1) for c in widths[:-1])
        self.Q = nn.Conv2d(WIDTH, 1, 1, bias=False)

    def forward(self, v: Tensor) -> Tensor:
        """The prediction."""
        for W, B in zip(self.W, self.B, strict=True):
            v = F.gelu(W(v) + B(v))
        return torch.as_tensor(self.Q(v))

    def copied(self) -> MgNO:
        """Our network with these weights."""
        model = MgNO(hidden_channels=WIDTH, n_layers=LAYERS)
        with torch.no_grad():
            for layer, W, B in zip(model.layers, self.W, self.B, strict=True):
                ours = layer.W
                pairs = [(ours.R, W.R), (ours.Pi, W.Pi), (ours.T, W.T), ([layer.B], [B])]
                pairs.append(([A for level in ours.levels for A in level.A], W.A))
                pairs.append(([S for level in ours.levels for S in level.S], W.S))
                for mine, theirs in pairs:
                    for a, b in zip(mine, theirs, strict=True):
                        a.load_state_dict(b.state_dict())
            model.head.load_state_dict(self.Q.state_dict())
        return model


class Way(NamedTuple):
    """A module, whether it runs in bfloat16 and is trained, and whether it has the plain module's weights."""

    name: str
    module: nn.Module
    half: bool = False
    trains: bool = True
    same: bool = True

    def infer(self, x: Tensor) -> Tensor:
        """The prediction, in float32."""
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=self.half):
            return torch.as_tensor(self.module(x)).float()

    def train(self, x: Tensor, y: Tensor) -> None:
        """One step without the optimiser."""
        self.module.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=self.half):
            prediction = self.module(x)
        (prediction.float() - y).square().mean().backward()


def ways() -> list[Way]:
    """Both plain layouts first."""
    first = Plain()
    last = Plain()
    last.load_state_dict(first.state_dict())
    last.to(memory_format=torch.channels_last)
    ours, narrow = first.copied(), MgNO(hidden_channels=WIDTH, n_layers=LAYERS, prolongation_kernel=3)
    recomputed = MgNO(hidden_channels=WIDTH, n_layers=LAYERS, recompute=True)
    return [
        Way("plain, channels first", first), Way("plain, channels last", last),
        Way("plain, channels last, bfloat16", last, half=True), Way("MgNO", ours),
        Way("MgNO, 4^2 cells and less as a matrix", collapsed(ours, 16), trains=False),
        Way("MgNO, 8^2 cells and less as a matrix", collapsed(ours, 64), trains=False),
        Way("MgNO, recomputed", recomputed, same=False), Way("MgNO, bfloat16", ours, half=True),
        Way("MgNO, transfers of 3", narrow, same=False),
        Way("MgNO, transfers of 3, bfloat16", narrow, half=True, same=False),
    ]


PEAK = "import runpy, sys; runpy.run_path(sys.argv[1])['print_peak'](sys.argv[2], int(sys.argv[3]))"


def print_peak(name: str, n: int) -> None:
    """Megabytes that the second training step of a way takes at most; the first one compiles, with one sample."""
    torch.set_num_threads(1)
    way = next(way for way in ways() if way.name == name)
    way.train(*torch.randn(2, 1, 1, n, n))
    x, y = torch.randn(2, BATCH, 1, n, n)
    Path("/proc/self/clear_refs").write_text("5")  # forgets the peak
    before = _status("VmRSS")
    way.train(x, y)
    print((_status("VmHWM") - before) / 1024)


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def peak(name: str, n: int) -> float | None:
    """The same, in megabytes; None where the system does not tell."""
    if not Path("/proc/self/clear_refs").exists():
        return None
    command = [sys.executable, "-P", "-c", PEAK, __file__, name, str(n)]
    env = {**os.environ, "MALLOC_MMAP_THRESHOLD_": "65536"}
    return float(subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout)


def measure(settings: Settings) -> Table:
    """Alternating runs; the fastest of each."""
    generator = torch.Generator().manual_seed(settings.seed)
    n = max(settings.size or SIDE, 2 ** (LEVELS - 1))
    x, y = torch.randn(2, BATCH, 1, n, n, generator=generator)
    contenders = ways()
    expected = contenders[0].infer(x)
    errors = {w.name: float((w.infer(x) - expected).norm() / expected.norm()) for w in contenders}
    peaks = {w.name: peak(w.name, n) for w in contenders if w.trains}
    best: dict[tuple[str, str], float] = {}
    for _ in range(max(settings.repeats, 5)):
        for w in contenders:
            for task in ("infer", "train") if w.trains else ("infer",):
                begin = time.thread_time()
                w.infer(x) if task == "infer" else w.train(x, y)
                best[w.name, task] = min(best.get((w.name, task), 1e9), time.thread_time() - begin)
    plain = {task: min(best[w.name, task] for w in contenders[:2]) for task in ("infer", "train")}
    rows = [_row(w, best, plain, peaks.get(w.name), errors[w.name]) for w in contenders]
    return Table(f"{BATCH} fields of {n}^2, {WIDTH} channels, {LAYERS} layers", rows)


def _row(
    way: Way, best: dict[tuple[str, str], float], plain: dict[str, float], most: float | None, error: float
) -> Row:
    row: Row = {"method": way.name}
    for task, name in (("infer", "inference"), ("train", "training")):
        seconds = best.get((way.name, task))
        row[f"{name}_seconds"] = seconds
        row[f"{name}_speedup"] = None if seconds is None else plain[task] / seconds
    row["peak_megabytes"] = most
    row["error"] = error if way.same else None
    return row


@contextmanager
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def run(settings: Settings) -> list[Table]:
    """One table."""
    with _one_thread():
        return [measure(settings)]
