"""States of the paper's code: networks written here with its names and its order of operations, and what ours say."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from sciml._errors import InputError
from sciml.models.mgno import from_reference, preset
from sciml.models.mgno.reference import reference_names


class Pair(nn.Module):
    """Convolutions A and S of a smoothing step, or R and Pi of a restriction."""

    def __init__(self, **convolutions: nn.Module) -> None:
        super().__init__()
        for name, convolution in convolutions.items():
            self.add_module(name, convolution)


class Cycle(nn.Module):
    """u = W f of one of the published networks.

    `kernels` are those of RTlayers; `ghosts` the padding mode; `bare` whether transfers see no ghosts, `growing`
    whether level l has l + 1 times the channels, `idle` whether the first step has an A, `norms` sizes of normalised
    levels.
    """

    def __init__(
        self, f: int, u: int, steps: list[list[int]], kernels: list[int], *, ghosts: str = "zeros", bias: bool = False,
        bare: bool = False, growing: bool = False, idle: bool = False, norms: tuple[int, ...] = (),
    ) -> None:
        super().__init__()
        self.steps = steps
        edge = 0 if bare else 1
        kinds: dict[str, Any] = {"padding": 1, "padding_mode": ghosts, "bias": bias}
        outside = "zeros" if bare else ghosts
        down: dict[str, Any] = {"stride": 2, "padding": edge, "padding_mode": outside, "bias": False}
        many = [(u * (n + 1), f * (n + 1)) if growing else (u, f) for n in range(len(steps))]
        for n, (us, fs) in enumerate(many):
            modules: list[nn.Module] = []
            if n:
                upper = many[n - 1]
                modules.append(Pair(Pi=nn.Conv2d(upper[0], us, 3, **down), R=nn.Conv2d(upper[1], fs, 3, **down)))
            for i in range(steps[n][0]):
                S = nn.Conv2d(fs, us, 3, **kinds)
                first = n == i == 0 and not idle
                modules.append(Pair(S=S) if first else Pair(A=nn.Conv2d(us, fs, 3, **kinds), S=S))
            self.add_module(f"layer{n}", nn.Sequential(*modules))
            after = [Pair(A=nn.Conv2d(us, fs, 3, **kinds), S=nn.Conv2d(fs, us, 3, **kinds)) for _ in range(steps[n][1])]
            self.add_module(f"post_smooth_layer{n}", nn.Sequential(*after))
        self.RTlayers = nn.ModuleList(
            nn.ConvTranspose2d(below[0], here[0], k, 2, edge, bias=False)
            for k, (here, below) in zip(kernels, pairwise(many), strict=True)
        )
        if norms:
            self.norm_layer_list = nn.ModuleList(nn.LayerNorm([u, m, m]) for m in norms)

    def forward(self, f: Tensor) -> Tensor:
        kept: list[tuple[Tensor, Tensor]] = []
        u: Any = None
        for n, _ in enumerate(self.steps):
            for module in getattr(self, f"layer{n}"):
                if hasattr(module, "Pi"):
                    u, f = module.Pi(u), module.R(f)
                else:
                    u = module.S(f) if u is None else u + module.S(f - module.A(u))
            kept.append((u, f))
        for n in reversed(range(len(self.RTlayers))):
            u = kept[n][0] + self.RTlayers[n](u)
            if hasattr(self, "norm_layer_list"):
                u = self.norm_layer_list[n](u)
            for module in getattr(self, f"post_smooth_layer{n}"):
                u = u + module.S(kept[n][1] - module.A(u))
        return torch.as_tensor(u)


class Darcy(nn.Module):
    """gelu(W v + B v + b), layer after layer."""

    def __init__(self, ins: int, width: int, cycles: list[Cycle]) -> None:
        super().__init__()
        self.conv_list = nn.ModuleList(cycles)
        self.linear_list = nn.ModuleList(nn.Conv2d(width if i else ins, width, 1) for i in range(len(cycles)))
        self.linear = nn.Conv2d(width, 1, 1, bias=False)

    def forward(self, v: Tensor) -> Tensor:
        for W, B in zip(self.conv_list, self.linear_list, strict=True):
            v = nn.functional.gelu(W(v) + B(v))
        return torch.as_tensor(self.linear(v))


class Flow(nn.Module):
    """The change of vorticity."""

    def __init__(self, width: int, cycles: list[Cycle]) -> None:
        super().__init__()
        self.conv_list = nn.ModuleList(cycles)
        self.last_layer = nn.Conv2d(width, 1, 1, bias=False)

    def forward(self, w: Tensor) -> Tensor:
        v = w
        for W in self.conv_list:
            v = nn.functional.gelu(W(v))
        return torch.as_tensor(self.last_layer(v)) + w


class Waves(nn.Module):
    """gelu(norm(W v)), and a cycle at the end."""

    def __init__(self, width: int, size: int, cycles: list[Cycle], last: Cycle) -> None:
        super().__init__()
        self.conv_list = nn.ModuleList(cycles)
        self.norm_layer_list = nn.ModuleList(nn.LayerNorm([width, size, size]) for _ in cycles)
        self.last_layer = last

    def forward(self, v: Tensor) -> Tensor:
        for W, norm in zip(self.conv_list, self.norm_layer_list, strict=True):
            v = nn.functional.gelu(norm(W(v)))
        return torch.as_tensor(self.last_layer(v))


SIX = [[1, 0]] * 5 + [[2, 0]]
PIPE = [[1, 0]] * 4 + [[1, 1], [2, 0]]


def darcy(layers: int, steps: list[list[int]], kernels: list[int], ins: int = 1, width: int = 24) -> Darcy:
    return Darcy(ins, width, [Cycle(width if i else ins, width, steps, kernels) for i in range(layers)])


def flow() -> Flow:
    steps = [[1, 0]] * 3 + [[2, 0]] * 2
    return Flow(32, [Cycle(32 if i else 1, 32, steps, [4] * 4, ghosts="circular", bias=True, norms=(64, 32, 16, 8))
                     for i in range(5)])


def waves() -> Waves:
    def cycle(f: int, u: int) -> Cycle:
        steps = [[1, 0]] * 4 + [[2, 0]]
        return Cycle(f, u, steps, [3, 4, 4, 3], ghosts="reflect", bias=True, bare=True, growing=True, idle=True)

    return Waves(20, 101, [cycle(20 if i else 1, 20) for i in range(4)], cycle(20, 1))


# Preset to the plain network, its channels and the size of a field.
NETWORKS: dict[str, tuple[Callable[[], nn.Module], int, int]] = {
    "darcy-smooth": (lambda: darcy(5, SIX, [3, 4, 3, 3, 4]), 1, 211),
    "darcy-rough": (lambda: darcy(4, SIX, [4] * 5), 1, 64),
    "pipe": (lambda: darcy(5, PIPE, [4] * 5, ins=2), 2, 64),
    "navier-stokes": (flow, 1, 64),
    "helmholtz": (waves, 1, 101),
}


def plain(name: str) -> nn.Module:
    """The plain network as its code begins, but that normalisations are no identities."""
    torch.manual_seed(0)
    model = NETWORKS[name][0]()
    for norm in (module for module in model.modules() if isinstance(module, nn.LayerNorm)):
        nn.init.normal_(norm.weight, 1.0, 0.1)
        nn.init.normal_(norm.bias, 0.0, 0.1)
    return model.eval()


@pytest.mark.parametrize("name", NETWORKS)
def test_published_networks_predict_what_they_did(name: str) -> None:
    """To rounding in either precision."""
    theirs = plain(name)
    _, channels, n = NETWORKS[name]
    x = torch.randn(1, channels, n, n, generator=torch.Generator().manual_seed(1))
    ours = from_reference(theirs.state_dict(), name)
    for dtype, tolerance in ((torch.float32, 1e-6), (torch.float64, 1e-13)):
        with torch.inference_mode():
            expected, y = (model.to(dtype)(x.to(dtype)) for model in (theirs, ours))
        assert (y - expected).norm() <= tolerance * expected.norm()


def test_closing_the_prolongations_of_the_flow_makes_it_periodic() -> None:
    x = torch.randn(1, 1, 64, 64, generator=torch.Generator().manual_seed(1))
    state = plain("navier-stokes").state_dict()
    shifts = []
    for options in ({}, {"legacy": ()}):
        model = from_reference(state, "navier-stokes", norm_shape=[64, 64], **options)
        # The maps of its normalisations know where they are: without them only the sides are left to matter.
        for norm in (module for module in model.modules() if isinstance(module, nn.LayerNorm)):
            norm.reset_parameters()
        with torch.inference_mode():
            shifts.append(float((model(x.roll(16, 2)).roll(-16, 2) - model(x)).norm() / model(x).norm()))
    assert shifts[0] > 1e-4
    assert shifts[1] < 1e-6


def small() -> dict[str, Tensor]:
    torch.manual_seed(0)
    return darcy(2, [[1, 1], [2, 0]], [4], width=4).state_dict()


SMALL: dict[str, Any] = {"n_layers": 2, "hidden_channels": 4, "steps": [[1, 1], [2, 0]], "prolongation_kernel": 4}


@pytest.mark.parametrize("suffix", [".safetensors", ".pt"])
def test_files_of_states_are_read(suffix: str, tmp_path: Path) -> None:
    state, path = small(), tmp_path / f"state{suffix}"
    save_file(state, path) if suffix == ".safetensors" else torch.save(state, path)
    model = from_reference(path, "darcy-rough", **SMALL)
    assert torch.equal(model.head.get_parameter("weight"), state["linear.weight"])
    assert not model.training
    assert set(reference_names(model).values()) == set(state)


@pytest.mark.parametrize(("changes", "text"), [
    ({"hidden_channels": 5}, r"conv_list.0.layer0.0.S.weight \(4, 1, 3, 3\) for \(5, 1, 3, 3\), .* and \d+ more; give"),
    ({"n_layers": 3}, r"lacks conv_list.2.* and \d+ more"),
    ({"n_layers": 1}, r"has beyond it conv_list.1.* and \d+ more"),
    ({"restriction": "residual"}, "plain restriction"),
    ({"lifting": True}, "lifting.weight has no counterpart"),
])
def test_states_of_other_networks_are_refused_in_one_line(changes: dict[str, Any], text: str) -> None:
    with pytest.raises(InputError, match=text) as caught:
        from_reference(small(), "darcy-rough", **{**SMALL, **changes})
    assert "\n" not in str(caught.value)


def test_files_that_are_no_states_are_refused(tmp_path: Path) -> None:
    torch.save(preset("darcy-16"), tmp_path / "whole.pt")  # as the paper's code does it
    torch.save({"model": small()}, tmp_path / "nested.pt")
    (tmp_path / "damaged.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0{")
    for name, text in (("whole.pt", r"more than tensors.*model.state_dict\(\)"), ("nested.pt", "other things"),
                       ("damaged.safetensors", "damaged"), ("none.pt", "cannot be read")):
        with pytest.raises(InputError, match=text) as caught:
            from_reference(tmp_path / name, "darcy-16")
        assert "\n" not in str(caught.value)
